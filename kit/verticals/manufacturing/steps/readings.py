"""What the readings look like in the weeks before a failure, one machine for each kind of failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.i18n import N_, _
from kit.verticals.manufacturing.case import needs_series
from kit.verticals.manufacturing.modes import MODES
from kit.verticals.manufacturing.scored import Row, all_windows
from kit.verticals.manufacturing.tracks import Track, tracks_of
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kit.plots.before_failure import Before
    from kit.verticals.manufacturing.case import MachineCase

_DAYS = 14


@step(N_("Readings before failures"))
def readings(case: MachineCase) -> Report | Figure:
    """Return the most telling feature of each kind of failure, day by day up to it, on machines to learn from."""
    from kit.plots import before_failure

    title = _("Readings before failures")
    if not case.windows:
        return Report(title=title, sentence=needs_series())
    machine = case.columns["machine"]
    learnt = {str(row[machine]) for row in case.cells("fit")}
    rows = [row for row in all_windows(case) if str(row[machine]) in learnt]
    spec = case.part_spec("fit")
    found = [each for mode in MODES if (each := _before(mode, rows, tracks_of(rows, **case.columns), spec)) is not None]
    if not found:
        return Report(title=title, sentence=_("No failure of a kind that is known here by its signature."))
    return before_failure(found)


def _before(mode: str, rows: list[Row], tracks: list[Track], spec: object) -> Before | None:
    from kit.plots.before_failure import Before

    name, label = MODES[mode].shows[0], getattr(spec, "label", "label")
    lines = []
    for track in tracks:
        for at, _parts in track.failures:
            near = [
                rows[place] for place, hour in zip(track.rows, track.hours, strict=True) if 0 < at - hour <= _DAYS * 24
            ]
            if near and str(near[-1].get(label)) == mode:
                points = [((row["hour"] - at) / 24, _value(row, name)) for row in near]
                lines.append(tuple((x, y) for x, y in points if y is not None))
    return Before(mode, name, tuple(lines)) if lines else None


def _value(row: Row, name: str) -> float | None:
    found = row.get("features")
    value = found.get(name) if isinstance(found, dict) else None
    return float(value) if isinstance(value, int | float) else None
