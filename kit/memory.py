"""How much memory this process holds, and how much it held at most while something was done.

Linux keeps a high-water mark of resident memory for each process and lets the process reset it (write "5" to
``/proc/self/clear_refs``, see proc(5)), so the peak is exact. There is one mark for all who watch: whoever resets it
tells the others first how high it was. Elsewhere a thread looks now and then.
"""

from __future__ import annotations

import gc
import resource
import sys
import threading
from pathlib import Path
from types import TracebackType

import psutil

MIB = 1024 * 1024

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_RUSAGE_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux

_watching: list[PeakMemory] = []
_mark = threading.Lock()


class PeakMemory:
    """A context manager; `peak_mib` is the greatest resident memory of this process inside it, so far or at its end.

    Parameters
    ----------
    every_s : float, default 0.005, seconds
        How often to look where the system keeps no mark.
    """

    def __init__(self, every_s: float = 0.005) -> None:
        self._every_s = every_s
        self._seen_mib = 0.0  # before somebody else reset the mark, or at the end
        self._looker: _Looker | None = None
        self._over = False

    @property
    def peak_mib(self) -> float:
        """The peak, in MiB."""
        if self._over:
            return self._seen_mib
        return max(self._seen_mib, self._looker.peak_mib() if self._looker else _high_water_mib())

    def __enter__(self) -> PeakMemory:
        with _mark:
            try:
                high = _high_water_mib()
                _CLEAR.write_text("5", encoding="ascii")
            except OSError:
                self._looker = _Looker(self._every_s)
                return self
            for other in _watching:
                other._seen_mib = max(other._seen_mib, high)
            _watching.append(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        with _mark:
            self._seen_mib, self._over = self.peak_mib, True
            if self._looker is None:
                _watching.remove(self)
        if self._looker is not None:
            self._looker.end()


def resident_mib(pid: int | None = None) -> float:
    """Return the resident memory of a process now, in MiB; 0 for one that is gone.

    Parameters
    ----------
    pid : int, optional
        Left out, this process.
    """
    try:
        return float(psutil.Process(pid).memory_info().rss) / MIB
    except psutil.Error:
        return 0.0


def give_back_free_memory() -> None:
    """Return what nobody uses any more to the system: glibc holds it back, and it would count as in use."""
    import ctypes

    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def gpu_mib() -> tuple[float, float] | None:
    """Return what torch has reserved on all GPUs for this process, now and at most, in MiB; None where it uses none.

    Never imports torch, and never starts CUDA.
    """
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    started = getattr(cuda, "is_initialized", None)  # not there yet while another thread imports torch
    if cuda is None or started is None or not started():
        return None
    devices = range(cuda.device_count())
    now, peak = sum(map(cuda.memory_reserved, devices)), sum(map(cuda.max_memory_reserved, devices))
    return now / MIB, peak / MIB


def _high_water_mib() -> float:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resident_mib()


def _lifetime_mib() -> float:
    """Return the greatest resident memory that this process ever had, or the one that started it: Linux hands it on."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RUSAGE_UNIT / MIB


class _Looker:
    """Looks at resident memory now and then; what was a peak of the whole life of the process is seen in any case."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._before, self._peak = _lifetime_mib(), resident_mib()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(self._every_s):
            self._peak = max(self._peak, resident_mib())

    def peak_mib(self) -> float:
        """Return the greatest resident memory since the start, in MiB."""
        ever = _lifetime_mib()
        self._peak = max(self._peak, resident_mib(), ever if ever > self._before else 0.0)
        return self._peak

    def end(self) -> None:
        self._over.set()
        self._thread.join()
