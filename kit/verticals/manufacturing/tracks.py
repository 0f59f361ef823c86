"""The windows of one machine in order, with what is known of its failures: what alarms are made and judged on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kit.errors import DataError
from kit.i18n import _


@dataclass(frozen=True, kw_only=True, eq=False)
class Track:
    """One machine.

    Parameters
    ----------
    machine : str
        Its name.
    rows : array of int (windows,)
        Where its windows stand among all rows.
    hours : array of int (windows,)
        When each window ends, ascending.
    parts : array of int (windows,)
        How often parts were renewed before each window.
    failures : tuple of (int, int)
        The hour of each failure, and the `parts` that failed.
    every : float, hours
        Between two windows.
    """

    machine: str
    rows: np.ndarray
    hours: np.ndarray
    parts: np.ndarray
    failures: tuple[tuple[int, int], ...]
    every: float

    @property
    def weeks(self) -> float:
        """How long it was watched while it ran."""
        return len(self.hours) * self.every / 168

    def until(self, parts: int) -> int:
        """Return the hour of the last window with these parts."""
        return int(self.hours[self.parts == parts].max())


def tracks_of(
    cells: Sequence[Mapping[str, Any]], *, machine: str = "machine", hour: str = "hour", fails_in: str = "fails_in"
) -> list[Track]:
    """Return the machines of some rows, by name.

    Parameters
    ----------
    cells : sequence of mapping
        Rows: windows of machines in any order. A column "parts" counts renewals; without it, parts are renewed by
        failures only.
    machine, hour, fails_in : str
        Columns: the machine's name, when the window ends (hours), and the hours to its next failure, empty where none
        is known.

    Raises
    ------
    DataError
        An hour is no number.
    """
    by_name: dict[str, list[int]] = {}
    for place, row in enumerate(cells):
        by_name.setdefault(str(row[machine]), []).append(place)
    every = _every([[_hours(cells[place], hour) for place in places] for places in by_name.values()])
    return [
        _track(name, sorted(places, key=lambda place: _hours(cells[place], hour)), cells, hour, fails_in, every)
        for name, places in sorted(by_name.items())
    ]


def _track(
    name: str, places: list[int], cells: Sequence[Mapping[str, Any]], hour: str, fails_in: str, every: float
) -> Track:
    hours = np.array([_hours(cells[place], hour) for place in places], dtype=int)
    coming = [_number(cells[place].get(fails_in)) for place in places]
    fails_at = [None if left is None else round(at + left) for at, left in zip(hours, coming, strict=True)]
    known = sorted({at for at in fails_at if at is not None})
    counted = [cells[place].get("parts") for place in places]
    if all(value is not None for value in counted):
        parts = np.array([int(float(str(value))) for value in counted], dtype=int)
    else:
        parts = np.searchsorted(np.array(known, dtype=int), hours, side="right")
    failures = []
    for at in known:
        before = [place for place, value in enumerate(fails_at) if value == at]
        failures.append((at, int(parts[before[-1]])))
    return Track(machine=name, rows=np.array(places), hours=hours, parts=parts, failures=tuple(failures), every=every)


def _every(hours: Sequence[Sequence[float]]) -> float:
    gaps = [b - a for each in hours for a, b in zip(sorted(each), sorted(each)[1:], strict=False) if b > a]
    return float(np.median(gaps)) if gaps else 24.0


def _hours(row: Mapping[str, Any], column: str) -> float:
    found = _number(row.get(column))
    if found is None:
        problem = _("The column {column} holds {value!r} where hours are needed.")
        fix = _("Give hours from the beginning of the record as numbers, or name another column.")
        raise DataError(problem.format(column=column, value=row.get(column)), fix=fix, field=column)
    return found


def _number(value: Any) -> float | None:
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if np.isfinite(found) else None
