"""Energy added up from counters that begin anew when they are full."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

_LOOK_S = 10.0  # the counter of a package is full after some minutes at 200 W: looked at often, no turn is missed


@dataclass(frozen=True)
class Counter:
    """One counter of energy.

    Parameters
    ----------
    name : str
        What it counts, such as "package-0" or a GPU's name.
    read : callable
        Returns microjoules since some time.
    full : int or None, microjoules
        After which value it begins at 0 again; None where it does not.
    """

    name: str
    read: Callable[[], int]
    full: int | None = None


class EnergyMeter:
    """A context manager that adds up what some counters count inside it.

    Parameters
    ----------
    counters
        Such as `find_counters` gives; none of them counts what another counts too.
    look_s : float, default 10, seconds
        How often counters are looked at meanwhile.
    """

    def __init__(self, counters: Sequence[Counter], *, look_s: float = _LOOK_S) -> None:
        self._counters, self._look_s = tuple(counters), look_s
        self._sums = [0] * len(self._counters)
        self._last: list[int] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True, name="energy")

    def joules(self) -> float:
        """Return what was used since the block was entered."""
        return sum(self.by_counter().values())

    def by_counter(self) -> dict[str, float]:
        """Return what each counter has counted, in joules; counters of one name are added up."""
        with self._lock:
            self._take()
            found: dict[str, float] = {}
            for counter, microjoules in zip(self._counters, self._sums, strict=True):
                found[counter.name] = found.get(counter.name, 0.0) + microjoules / 1e6
            return found

    def __enter__(self) -> EnergyMeter:
        self._last = [counter.read() for counter in self._counters]
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(self._look_s):
            self.by_counter()

    def _take(self) -> None:
        for place, counter in enumerate(self._counters):
            now = counter.read()
            step = now - self._last[place]
            if step < 0:
                step += counter.full or 0
            self._sums[place] += max(step, 0)  # a counter without an end that went back was reset: what it lost is lost
            self._last[place] = now
