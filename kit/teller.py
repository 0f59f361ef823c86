"""Say every other second how much memory a piece of work holds, for as long as it goes on.

It is said where all work is carried out, so no work needs to say it itself. One look takes a tenth of a millisecond
or so, and only what has changed is said.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from types import TracebackType

from kit.memory import PeakMemory, gpu_mib, resident_mib
from kit.report import Report

_EVERY_S = 2.0
_SHARE, _LEAST_MIB = 0.01, 10.0  # a change is said when it is more than this share, and more than this


def _nobody() -> Iterable[int]:
    return ()


class MemoryTeller:
    """A context manager: while inside, `report` is told what memory this process holds, and at the end its peak.

    Parameters
    ----------
    report : Report
        Who is told. One that cannot hear just now (a full disk) is told later.
    others : callable, optional
        Returns the ids of processes that belong to the work and do not speak for themselves.
    """

    def __init__(self, report: Report, others: Callable[[], Iterable[int]] = _nobody) -> None:
        self._report, self._others = report, others
        self._own = PeakMemory(every_s=_EVERY_S)
        self._peak = 0.0
        self._said: tuple[float, ...] = (0.0, 0.0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="memory", daemon=True)

    def __enter__(self) -> MemoryTeller:
        self._own.__enter__()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self._own.__exit__(kind, exc, tb)
        _now, peak, *gpu = self._look()
        self._say(0.0, peak, *([0.0, gpu[1]] if gpu else ()))

    def _go_on(self) -> None:
        while not self._over.wait(_EVERY_S):
            seen = self._look()
            if len(seen) != len(self._said) or any(map(_differ, seen, self._said)):
                self._say(*seen)

    def _look(self) -> tuple[float, ...]:
        """Return memory now and at most, then that of GPUs where they are used."""
        now = resident_mib() + sum(map(resident_mib, self._others()))
        self._peak = max(self._peak, self._own.peak_mib, now)
        return now, self._peak, *(gpu_mib() or ())

    def _say(self, now: float, peak: float, gpu_now: float | None = None, gpu_peak: float | None = None) -> None:
        with contextlib.suppress(OSError, ValueError):  # a full disk, a pipe that nobody reads any more
            self._report.memory(now, peak, gpu_now_mib=gpu_now, gpu_peak_mib=gpu_peak)
            self._said = (now, peak) if gpu_now is None or gpu_peak is None else (now, peak, gpu_now, gpu_peak)


def _differ(new: float, old: float) -> bool:
    return abs(new - old) > max(_SHARE * old, _LEAST_MIB)
