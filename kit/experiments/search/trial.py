"""One tuning of a search: with which settings, how far it came, and how it is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from kit.experiments.search.goals import Goal
from kit.experiments.search.space import Param
from kit.i18n import _
from kit.measure.checkpoint import Checkpoint
from kit.report import Report
from kit.result import Result

State = Literal["running", "finished", "pruned", "cut", "failed"]
_FILE = re.compile(r"-trial-(\d+)\.json")


@dataclass
class Trial:
    """One tuning of a search.

    Parameters
    ----------
    number : int
        From 1 on, in the order in which they began.
    params : dict
        What the sampler drew for each field.
    state : {"running", "finished", "pruned", "cut", "failed"}
        "pruned": it fell behind; "cut": the minutes were spent. One that is running when the search is interrupted is
        taken up again.
    curve : dict of int to float
        The first objective at each evaluation, counted from 1.
    result : Result, optional
        Of the tuning, as far as it came.
    seconds : float
        How long it took.
    spent_s : float
        Of the budget, when it ended.
    """

    number: int
    params: dict[str, Param]
    state: State = "running"
    curve: dict[int, float] = field(default_factory=dict)
    result: Result | None = None
    seconds: float = 0.0
    spent_s: float = 0.0

    @property
    def folder(self) -> str:
        """Where it leaves files, in the folder of the run."""
        return f"trials/{self.number:03}"

    def values(self, goals: Sequence[Goal]) -> tuple[float, ...] | None:
        """Return its number for each goal, or None where it did not come to its end or does not have them all."""
        if self.state != "finished" or self.result is None:
            return None
        found = [self.result.metrics.get(goal.name) for goal in goals]
        return None if None in found else tuple(each for each in found if each is not None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        result = None if self.result is None else self.result.to_dict()
        return {**vars(self), "curve": list(self.curve.items()), "result": result}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Trial:
        """Make a trial from what `to_dict` returned."""
        result = None if values["result"] is None else Result.from_dict(values["result"])
        curve = {int(step): float(value) for step, value in values["curve"]}
        return cls(**{**values, "curve": curve, "result": result})


class Kept:
    """The trials of a search, kept as they begin and end, so that a resumed search repeats none that is done.

    Parameters
    ----------
    key : str
        Of the search.
    report : Report
        In whose folder they are kept.
    rows : str, optional
        Hash of the rows, by which trials on other rows are told; None where this machine does not have them.
    """

    def __init__(self, key: str, report: Report, rows: str | None) -> None:
        self._checkpoint = Checkpoint(key, report)
        self._holds_for = {} if rows is None else {"data": rows}

    def keep(self, trial: Trial) -> None:
        """Keep a trial as it is now."""
        self._checkpoint.keep(_name(trial.number), trial.to_dict(), holds_for=self._holds_for)

    def read(self) -> list[Trial]:
        """Return what earlier attempts have kept, in order; what is damaged or of other rows is put aside."""
        found = []
        folder = self._checkpoint.path("").parent
        names = [path.name for path in folder.glob(f"{self._checkpoint.path('').name}trial-*.json")]
        for number in sorted(int(match[1]) for match in map(_FILE.search, names) if match):
            values = self._checkpoint.kept(_name(number), holds_for=self._holds_for)
            if values is None:
                continue
            try:
                found.append(Trial.from_dict(values))
            except (TypeError, ValueError, KeyError, AttributeError):
                self._checkpoint.put_aside(_name(number), _("it is damaged"))
        self._checkpoint.say_kept(
            [_("trial {n}").format(n=trial.number) for trial in found if trial.state != "running"]
        )
        return found


def _name(number: int) -> str:
    return f"trial-{number:03}.json"
