"""How much of the processor others used: a timing on a busy machine tells of the machine, not of the model."""

from __future__ import annotations

import time
from types import TracebackType

import psutil

from kit.machine.facts import this_machine


class Bystanders:
    """A context manager; `share` is how much of all cores other processes used inside it, 0 to 1."""

    share = 0.0

    def __enter__(self) -> Bystanders:
        self._before = _busy_s(), _own_s(), time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        busy, own, began = self._before
        seconds = max(time.monotonic() - began, 1e-3)
        others = (_busy_s() - busy) - (_own_s() - own)
        self.share = min(max(others / seconds / this_machine().cores, 0.0), 1.0)


def _busy_s() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def _own_s() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system)
