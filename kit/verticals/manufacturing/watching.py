"""The watch of a case: what a technician sees in the panel, written once the windows are scored."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kit.verticals.manufacturing.evidence import healthy_ranges
from kit.verticals.manufacturing.findings import Findings
from kit.verticals.manufacturing.scored import MODEL, Row, healthy_label
from kit.verticals.manufacturing.tracks import Track
from kit.verticals.manufacturing.watch import Machine, Watch, write_watch

if TYPE_CHECKING:
    from kit.verticals.manufacturing.case import MachineCase

_NONE = ("", "none", "nan")


def write(case: MachineCase, found: Findings) -> None:
    """Keep the watch beside the outcome; in an app nothing is written."""
    folder = case.watch_folder
    if folder is None or not case.live:
        return
    rule, spent = found.rules[MODEL], found.timely[MODEL]
    healthy = healthy_label(found.scored.labels)
    write_watch(
        folder,
        Watch(
            data=case.name,
            model=case.model,
            date=time.strftime("%Y-%m-%d"),
            labels=found.scored.labels,
            horizon=case.horizon,
            threshold=rule.threshold,
            k=rule.k,
            n=rule.n,
            facts={
                "machines": spent.machines,
                "failures": spent.failures,
                "foreseen": spent.foreseen.as_list(),
                "lead": spent.lead.as_list(),
                "per_week": spent.per_week.as_list(),
                "false_per_week": spent.false_per_week.as_list(),
                "healthy": healthy_ranges(_healthy_features(case, healthy)),
            },
            machines=tuple(_machine(case, found, track) for track in found.scored.reported),
        ),
    )


def _healthy_features(case: MachineCase, healthy: str) -> list[dict[str, Any]]:
    """Return the features of healthy windows to learn from: what is common is not told by machines under watch."""
    spec = case.part_spec("fit")
    return [_features(row, spec.text) for row in case.cells("fit") if str(row.get(spec.label)) == healthy]


def _features(row: Row, column: str) -> dict[str, Any]:
    found = row.get(column)
    return dict(found) if isinstance(found, dict) else {}


def _machine(case: MachineCase, found: Findings, track: Track) -> Machine:
    rows = [found.scored.rows[place] for place in track.rows]
    shares = found.scored.shares[MODEL][track.rows]
    [risk] = found.scored.risks(MODEL, [track])
    spec = case.part_spec("fit")
    features = [_features(row, spec.text) for row in rows]
    order = [str(each.get("order", "")) for each in features]
    modes = {at: _mode(rows, track, at, spec.label) for at, _parts in track.failures}
    return Machine(
        name=track.machine,
        hours=tuple(int(at) for at in track.hours),
        risk=tuple(round(float(value), 4) for value in risk),
        holds=tuple(bool(value) for value in found.rules[MODEL].holds(risk, track.parts)),
        shares=tuple(tuple(round(float(value), 4) for value in each) for each in shares),
        parts=tuple(int(value) for value in track.parts),
        readings=_series([_readings(row) for row in rows]),
        features=_series(features),
        orders=_orders(track, order),
        failures=tuple((int(at), mode) for at, mode in modes.items()),
    )


def _readings(row: Row) -> dict[str, Any]:
    found = row.get("readings")
    if isinstance(found, dict):
        return found
    return {name: value for name, value in _features(row, "features").items() if isinstance(value, int | float)}


def _series(rows: list[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: tuple(row.get(name) for row in rows) for name in names}


def _orders(track: Track, texts: list[str]) -> tuple[tuple[int, str], ...]:
    """Return each work order once, at the first window that knows of it."""
    found: list[tuple[int, str]] = []
    before = ""
    for at, text in zip(track.hours, texts, strict=True):
        if text != before and text.casefold() not in _NONE:
            found.append((int(at), text))
        before = text
    return tuple(found)


def _mode(rows: list[Row], track: Track, at: int, label: str) -> str:
    """Return how a machine failed: the label of its last window before."""
    before = [row for row, hour in zip(rows, track.hours, strict=True) if hour < at]
    return str(before[-1].get(label, "")) if before else ""
