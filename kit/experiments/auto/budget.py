"""The minutes of a search: what is spent, what the next measurement will take, and the end that cuts one off."""

from __future__ import annotations

import time
from collections.abc import Mapping

from kit.report import Event, PrefixedReport, Report

_MARGIN = 1.1  # on what is predicted: a measurement that is cut off is lost
_TIMED = ("timing",)  # phases that take as long as there are requests; all others but these two, as there are rows
_ONCE = ("starting", "loading", "weighing", "converting", "preparing")


class Budget:
    """Seconds that a search may take over all its attempts.

    Parameters
    ----------
    seconds : float
        In all.
    spent : float
        By earlier attempts, on what is kept of them.
    """

    def __init__(self, seconds: float, spent: float = 0.0) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds - spent
        self._ratios: list[float] = []

    @property
    def left(self) -> float:
        """Seconds that are left; below 0 it is overdrawn."""
        return self.end - time.monotonic()

    @property
    def spent(self) -> float:
        """Seconds that are spent."""
        return self.seconds - self.left

    def learn(self, predicted: float | None, took: float) -> None:
        """Take in what a measurement took for which so much was predicted, the margin included."""
        if predicted:
            self._ratios.append(took * _MARGIN / predicted)

    def whole(self, phases: Mapping[str, float], rows: float, requests: float) -> float:
        """Return the seconds that measuring all rows will take.

        Parameters
        ----------
        phases : mapping of str to float, seconds
            What a first look at the same variant took, by phase.
        rows, requests : float
            How many times as many rows and requests there are now.

        Returns
        -------
        float
            With a margin; scaled to the worst that earlier predictions were off.
        """
        plain = sum(seconds * _scale(phase, rows, requests) for phase, seconds in phases.items())
        return plain * _MARGIN * (max(self._ratios) if self._ratios else 1.0)


def _scale(phase: str, rows: float, requests: float) -> float:
    return 1.0 if phase in _ONCE else requests if phase in _TIMED else rows


class Stopwatch(PrefixedReport):
    """The report of one measurement: knows what each phase took, and asks it to stop when the time is over.

    Its progress is told as that of the whole search, in seconds of the budget.

    Parameters
    ----------
    outer : Report
        Of the search.
    name : str
        Of the variant.
    budget : Budget
        Whose end cuts the measurement off.
    total : float, seconds
        When the search will be over, as far as is known.
    """

    _TELL_S = 0.5

    def __init__(self, outer: Report, name: str, budget: Budget, total: float) -> None:
        super().__init__(outer, name)
        self._budget, self._total, self._told = budget, total, 0.0
        self.phases: dict[str, float] = {}
        self._phase, self._since = "starting", time.monotonic()

    def emit(self, event: Event) -> None:
        if event["kind"] != "progress":
            super().emit(event)
            return
        now = time.monotonic()
        self.close()
        self._phase = event["phase"]
        if now - self._told >= self._TELL_S:
            self._told = now
            tell(self.outer, self._budget, self._total, self.label)

    def close(self) -> dict[str, float]:
        """Return the seconds that each phase took until now."""
        now = time.monotonic()
        self.phases[self._phase] = self.phases.get(self._phase, 0.0) + now - self._since
        self._since = now
        return self.phases

    @property
    def cut(self) -> bool:
        """Is the budget at its end?"""
        return self._budget.left <= 0

    def stop_asked(self) -> bool:
        return self.cut or super().stop_asked()


def tell(report: Report, budget: Budget, total: float, part: str = "") -> None:
    """Say how far a search is, in seconds of what it will take."""
    done = min(budget.spent, total)
    report.say("progress", phase="searching", done=round(done, 1), total=round(total, 1), unit="s", part=part)
