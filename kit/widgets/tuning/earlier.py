"""Earlier tunings on the same rows: what differed in their settings, and what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.data.read import absolute
from kit.data.spec import DataSpec
from kit.errors import KitError
from kit.jobs import Run, Summary
from kit.result import Result
from kit.tuning.spec import TuneSpec
from kit.widgets.newest import Bell, runs_on
from kit.widgets.tuning.groups import NAMES

MOST_CURVES = 3
_SOURCE = ("instruction",)  # of data: another one asks the same rows in other words
_UNREADABLE = (KitError, OSError, ValueError, TypeError, KeyError)


@dataclass(frozen=True)
class Earlier:
    """One earlier tuning.

    Parameters
    ----------
    run : Run
    spec : TuneSpec
    summary : Summary
        Its state and time.
    loss, accuracy : float, optional
        What validation found of the adapter that was kept.
    rows : int, optional
        On how many rows.
    data_hash : str
        Of the rows it was trained on, where it has come so far as to say.
    """

    run: Run
    spec: TuneSpec
    summary: Summary
    loss: float | None = None
    accuracy: float | None = None
    rows: int | None = None
    data_hash: str = ""

    @property
    def short(self) -> str:
        """What tells it apart from others: the four letters at the end of its id."""
        return self.run.id.rpartition("-")[2]

    @property
    def curves(self) -> Mapping[str, list[tuple[int, float]]]:
        """Its curves, read from its log when they are first asked for."""
        return self.run.status.curves


class EarlierTunings:
    """The earlier tunings on some rows, looked for again only when a run has come, gone or ended.

    Parameters
    ----------
    data : DataSpec
        The training rows.
    """

    def __init__(self, data: DataSpec) -> None:
        self._data = _same(data)
        self._source = data.source
        self._bell = Bell()
        self._known: dict[tuple[str, object], Earlier | None] = {}
        self.found: list[Earlier] = []

    def look(self) -> None:
        """Look which there are, newest first."""
        if self._bell.rung():
            self.found = list(self._read())

    def _read(self) -> Iterator[Earlier]:
        known: dict[tuple[str, object], Earlier | None] = {}
        for run, summary in runs_on("tune", absolute(self._source)):
            key: tuple[str, object] = run.id, (summary.state, summary.ended, summary.attempt)
            known[key] = self._known[key] if key in self._known else self._one(run, summary)
            each = known[key]
            if each is not None:
                yield each
        self._known = known

    def _one(self, run: Run, summary: Summary) -> Earlier | None:
        """Return a run as it is shown, or None where it was on other rows or cannot be read."""
        try:
            spec = run.spec
            if not isinstance(spec, TuneSpec) or _same(spec.data) != self._data:
                return None
        except _UNREADABLE:
            return None
        result = _result(run) if summary.over else None
        if result is None:
            return Earlier(run, spec, summary)
        rows, data_hash = result.facts.get("validation_rows"), str(result.provenance.get("data_hash", ""))
        loss, accuracy = (result.metrics.get(f"validation_{name}") for name in ("loss", "accuracy"))
        return Earlier(run, spec, summary, loss, accuracy, rows, data_hash)


def differing(one: TuneSpec, other: TuneSpec) -> dict[str, Any]:
    """Return the settings of `one` that differ in `other`, by name; model and rows are told elsewhere."""
    found = {name: getattr(one, name) for name in NAMES if getattr(one, name) != getattr(other, name)}
    if one.data.instruction != other.data.instruction:
        found["instruction"] = one.data.instruction
    return found


def same_validation(one: TuneSpec, other: TuneSpec) -> bool:
    """Are both validated on the same rows, as far as their specs tell? Rows that are held back depend on the seed."""
    if one.validation is None or other.validation is None:
        return one.validation is other.validation and one.seed == other.seed
    return _same(one.validation) == _same(other.validation)


def rows_changed(each: Earlier, everyone: Sequence[Earlier]) -> bool:
    """Were the rows of one others than those of the newest of `everyone` that read them from the same place?"""
    known = (other.data_hash for other in everyone if other.data_hash and same_validation(other.spec, each.spec))
    return bool(each.data_hash) and next(known, each.data_hash) != each.data_hash


def _same(data: DataSpec) -> DataSpec:
    """Return what tells whether two specs mean the same rows."""
    return data.replace(source=absolute(data.source), **dict.fromkeys(_SOURCE, ""))


def _result(run: Run) -> Result | None:
    with contextlib.suppress(*_UNREADABLE):
        return run.result
    return None
