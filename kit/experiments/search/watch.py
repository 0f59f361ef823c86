"""The report of one trial: passes its curves on, knows how far it is, and asks it to stop when it falls behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kit.report import Event, PrefixedReport, Report

_CURVES = ("loss", "validation_")  # of a trial that a search passes on; the rest is in the trial's result


class TrialReport(PrefixedReport):
    """What one trial says, as a part of a search.

    Parameters
    ----------
    outer : Report
        Of the search.
    label : str
        Of the trial.
    folder : Path
        Where the trial leaves files.
    goal : str
        What is watched at each evaluation; "" for nothing.
    evaluations : int
        How many there are to be.
    falls_behind : callable
        Gets the number of an evaluation, from 1 on, and what was measured; says whether to end the trial.
    is_over : callable
        Says whether the minutes of the search are spent.
    progressed : callable
        Called whenever the trial has come further.
    """

    def __init__(
        self,
        outer: Report,
        label: str,
        folder: Path,
        *,
        goal: str,
        evaluations: int,
        falls_behind: Callable[[int, float], bool],
        is_over: Callable[[], bool],
        progressed: Callable[[], None],
    ) -> None:
        super().__init__(outer, label)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._goal, self._evaluations = goal, evaluations
        self._falls_behind, self._is_over, self._progressed = falls_behind, is_over, progressed
        self._total: float | None = None
        self.share = 0.0
        self.pruned = self.cut = False

    def emit(self, event: Event) -> None:
        kind = event["kind"]
        if kind == "progress":
            self._move(event)
        elif kind == "metric":
            self._measure(event)
        elif kind == "message" and not (self.pruned or self.cut):  # that it stopped, its search says itself
            super().emit({**event, "text": f"{self.label}: {event['text']}"})
        elif kind == "memory":
            super().emit(event)

    def _move(self, event: Event) -> None:
        if event["phase"] == "training" and event.get("total"):
            self._total = event["total"]
            self.share = min(event["done"] / event["total"], 1.0)
        self._progressed()

    def _measure(self, event: Event) -> None:
        if event["name"].startswith(_CURVES) and event.get("step") is not None:
            super().emit(event)
        if event["name"] == self._goal and event.get("step") and self._total:
            # Trials of other batch sizes have other steps: evaluations are what they have in common.
            evaluation = max(1, round(event["step"] / self._total * self._evaluations))
            self.pruned = self._falls_behind(evaluation, event["value"]) or self.pruned

    def stop_asked(self) -> bool:
        if self.pruned:
            return True
        if not self.cut and self._is_over():
            self.cut = True
        return self.cut or super().stop_asked()
