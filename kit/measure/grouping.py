"""Rows in groups: by label, by length, by any column that their records keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kit.errors import UnknownNameError
from kit.i18n import _
from kit.measure.belonging import LENGTHS
from kit.measure.record import Record
from kit.measure.slices import FEWEST

_MOST_VALUES = 8  # numbers with more values than this are cut into quarters
_LENGTH = "length"  # in characters; there without a column of that name


@dataclass(frozen=True, eq=False)
class Group:
    """The rows that have something in common.

    Parameters
    ----------
    by, value : str
        The column and what it holds in these rows.
    places : array of int
        Which rows.
    """

    by: str
    value: str
    places: npt.NDArray[np.int64]

    @property
    def name(self) -> str:
        """Column and value in one word, such as ``label=neutral``."""
        return f"{self.by}={self.value}"

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.places)


def groups(records: Sequence[Record], by: Sequence[str] = (), *, fewest: int = FEWEST) -> list[Group]:
    """Return the rows in groups, those of each column in turn.

    Parameters
    ----------
    records : sequence of Record
    by : sequence of str
        Columns, "length" for that of the text. Without any: all that make at least two groups of `fewest` rows.

    Raises
    ------
    UnknownNameError
        The records keep no such column.
    """
    known = columns(records)
    for name in by:
        if name not in known:
            fix = _("To keep a column, name it when you evaluate: slices=({name!r},).").format(name=name)
            raise UnknownNameError("by", name, known, fix=fix)
    found = {name: _groups_of(records, name) for name in by or known}
    if not by:
        found = {name: made for name, made in found.items() if sum(group.n >= fewest for group in made) > 1}
    return [group for made in found.values() for group in made]


def columns(records: Sequence[Record]) -> list[str]:
    """Return the names by which all records can be grouped."""
    if not records:
        return []
    held = [name for name in records[0].slices if all(name in record.slices for record in records)]
    has_text = any(record.text for record in records)
    return [*held, _LENGTH] if has_text and _LENGTH not in held else held


def _groups_of(records: Sequence[Record], name: str) -> list[Group]:
    values = [record.slices.get(name, str(len(record.text))) for record in records]
    numbers = _numbers(values)
    if numbers is not None and len(set(numbers)) > _MOST_VALUES:
        return _quarters(name, np.array(numbers))
    table = np.array(values)
    order = sorted(set(values), key=lambda value: _rank(value, numbers is not None))
    return [Group(name, value, np.flatnonzero(table == value)) for value in order]


def _rank(value: str, number: bool) -> tuple[float, str]:
    if number:
        return float(value), ""
    return (float(LENGTHS.index(value)), "") if value in LENGTHS else (len(LENGTHS), value)


def _numbers(values: Sequence[str]) -> list[float] | None:
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _quarters(name: str, numbers: npt.NDArray[np.float64]) -> list[Group]:
    """Return four groups of about equal size, fewer where many rows have the same number."""
    cuts = np.unique(np.quantile(numbers, [0.25, 0.5, 0.75], method="inverted_cdf"))
    cuts = cuts[cuts < numbers.max()]
    place = np.searchsorted(cuts, numbers, side="left")  # a number equal to a cut belongs below it
    words = [_range(cuts, i) for i in range(len(cuts) + 1)]
    made = [Group(name, word, np.flatnonzero(place == i)) for i, word in enumerate(words)]
    return [group for group in made if group.n]


def _range(cuts: npt.NDArray[np.float64], i: int) -> str:
    if not len(cuts):
        return _("all")
    if i == 0:
        return _("up to {high:g}").format(high=cuts[0])
    if i == len(cuts):
        return _("above {low:g}").format(low=cuts[-1])
    return _("{low:g} to {high:g}").format(low=cuts[i - 1], high=cuts[i])
