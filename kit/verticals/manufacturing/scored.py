"""The risk that a model and trees see at every window of machines that neither has learnt from.

Two groups of machines are scored: those that the threshold is chosen on, and those that everything is reported of.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.data import DataSpec
from kit.data.store import where_stored
from kit.result import Result
from kit.verticals.given import store_rows
from kit.verticals.manufacturing.modes import HEALTHY
from kit.verticals.manufacturing.tracks import Track, tracks_of
from kit.verticals.manufacturing.whole.spec import WindowsSpec
from kit.verticals.preparing.ordinary import Ordinary
from kit.verticals.steps.step import NotYet

if TYPE_CHECKING:
    import numpy as np

    from kit.verticals.manufacturing.case import MachineCase

TREES, MODEL = "trees", "model"
_QUICK = 2
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Machines over time with what two methods see in them.

    Parameters
    ----------
    rows : list of dict
        All windows, in the order in which they were scored.
    chosen_on, reported : list of Track
        Machines that the threshold is chosen on, and those that are reported of.
    shares : dict of str to array (windows, labels)
        Probability of each label, by method: `MODEL` and `TREES`.
    labels : tuple of str
        In the order of `shares`.
    """

    rows: list[Row]
    chosen_on: list[Track]
    reported: list[Track]
    shares: dict[str, np.ndarray]
    labels: tuple[str, ...]

    def risks(self, method: str, tracks: Sequence[Track]) -> list[np.ndarray]:
        """Return the probability of any failure at the windows of some machines."""
        healthy = self.labels.index(healthy_label(self.labels))
        return [1 - self.shares[method][track.rows, healthy] for track in tracks]


def healthy_label(labels: Sequence[str]) -> str:
    """Return the label that stands for no failure: "healthy", or one that says so in other words."""
    for name in (HEALTHY, "normal", "none", "ok", "good", "no failure"):
        for label in labels:
            if label.casefold() == name:
                return label
    return labels[0]


def scored(case: MachineCase) -> Scored:
    """Return the windows of the machines that nothing was learnt from, scored by both methods.

    Raises
    ------
    NotYet
        The model is not tuned yet, or the windows are not scored, and nothing may be started here.
    """
    rows, chosen_on, reported = watched_rows(case)
    data = _spec(case, rows)
    run = case.tuned_run
    if run is None:
        raise NotYet
    trees = case.carry_out("watch with trees", case.baseline_spec(data=case.part_spec("fit"), test=data))
    model = case.carry_out("watch", case.evaluate_spec(model=run, data=data))
    labels = tuple(str(label) for label in model.result.facts["labels"])
    tracks = tracks_of(rows, **case.columns)
    return Scored(
        rows=rows,
        chosen_on=[track for track in tracks if track.machine in chosen_on],
        reported=[track for track in tracks if track.machine in reported],
        shares={TREES: shares_of(trees.result, labels), MODEL: shares_of(model.result, labels)},
        labels=labels,
    )


def watched_rows(case: MachineCase) -> tuple[list[Row], set[str], set[str]]:
    """Return the windows of the machines to choose on and to report of, and the names of both."""
    machine = case.columns["machine"]
    chosen_on = {str(row[machine]) for row in case.cells("validation")}
    reported = {str(row[machine]) for row in case.cells("test")} - chosen_on
    if case.quick:  # a few machines show that it works
        chosen_on, reported = (set(sorted(names)[:_QUICK]) for names in (chosen_on, reported))
    wanted = chosen_on | reported
    return [row for row in all_windows(case) if str(row[machine]) in wanted], chosen_on, reported


def all_windows(case: MachineCase) -> list[Row]:
    """Return every window without personal data, read as the rows that were learnt from."""
    ordinary, text = Ordinary(case.preparation().result.facts["ordinary"]), case.part_spec("test").text
    return [{**row, text: ordinary.told(row.get(text))} for row in _windows(case)]


def _windows(case: MachineCase) -> list[Row]:
    """Return every window as the generator made it, or of somebody's own rows."""
    if not case.given_rows:
        return _read(case.windows)
    made = case.prepare_spec()
    spec = WindowsSpec(**{field.name: getattr(made, field.name) for field in dataclasses.fields(made)})
    found = case.carry_out("windows", spec).result.facts["data"]
    return [row for path in found for row in _read(where_stored(path))]


def _read(path: str) -> list[Row]:
    with Path(path).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _spec(case: MachineCase, rows: Sequence[Mapping[str, Any]]) -> DataSpec:
    """Return the spec of the windows, read as the test rows are: with the same labels and the same instruction."""
    asked = case.part_spec("test")
    label = asked.label
    kept = [row for row in rows if str(row.get(label)) in asked.labels]
    if len(kept) < len(rows):  # a label that nothing was learnt of still has a window to be scored
        healthy = healthy_label(asked.labels)
        rows = [row if str(row.get(label)) in asked.labels else {**row, label: healthy} for row in rows]
    return asked.replace(source=str(store_rows(f"{case.name}-watch", rows)), split="all", limit=None)


def shares_of(result: Result, labels: Sequence[str]) -> np.ndarray:
    """Return the probability of each label in each row of an evaluation, in the order of its rows.

    Parameters
    ----------
    result : Result
        Whose rows have log-probabilities.
    labels : sequence of str
        In the wanted order.
    """
    import numpy as np

    from kit.measure.record import read_records

    records = sorted(read_records(result), key=lambda record: record.row)
    held = [str(label) for label in result.facts["labels"]]
    places = [held.index(label) for label in labels]
    logs = np.array([record.logprobs for record in records], dtype=float)[:, places]
    logs = np.where(np.isfinite(logs), logs, -math.inf)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
