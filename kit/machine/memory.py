"""The peak memory of this process while something is done.

Linux keeps a high-water mark of resident memory for each process and lets the process reset it (write "5" to
``/proc/self/clear_refs``, see proc(5)), so the peak is exact. Elsewhere a thread looks every few milliseconds.
"""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

import psutil

from kit.machine.facts import MIB

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


class PeakMemory:
    """A context manager; `peak_mib` is the greatest resident memory of this process inside it, so far or at its end."""

    def __init__(self) -> None:
        self._peak_mib: float | None = None
        self._sampler: _Sampler | None = None

    @property
    def peak_mib(self) -> float:
        """The peak, in MiB."""
        if self._peak_mib is not None:
            return self._peak_mib
        return self._sampler.peak_mib if self._sampler else _high_water_mib()

    def __enter__(self) -> PeakMemory:
        try:
            _CLEAR.write_text("5", encoding="ascii")
        except OSError:
            self._sampler = _Sampler()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._peak_mib = self.peak_mib
        if self._sampler:
            self._sampler.end()


def resident_mib() -> float:
    """Return the resident memory of this process now, in MiB."""
    return float(psutil.Process().memory_info().rss) / MIB


def _high_water_mib() -> float:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resident_mib()


class _Sampler:
    def __init__(self, every_s: float = 0.005) -> None:
        self._every_s = every_s
        self._peak = resident_mib()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def _sample(self) -> None:
        while not self._over.wait(self._every_s):
            self._peak = max(self._peak, resident_mib())

    @property
    def peak_mib(self) -> float:
        self._peak = max(self._peak, resident_mib())
        return self._peak

    def end(self) -> None:
        self._over.set()
        self._thread.join()
