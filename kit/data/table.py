"""Rows as a reader hands them on: numbered, unchecked, only the columns that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kit.errors import DataError
from kit.i18n import _, ngettext


@dataclass(frozen=True)
class Table:
    """Rows of one source.

    Parameters
    ----------
    name : str
        How messages call the source: a file name, or "the DataFrame".
    unit : str
        What a row number counts: "line", "entry", "row" (all from 1) or "position" (from 0). Translated.
    columns : tuple of str
        Every column there is, wanted or not.
    rows : list of (int, mapping)
        The number of a row and its wanted cells; a column that the row lacks is left out.
    hint : str, default ""
        A sentence for whoever misses a column.
    notes : tuple of str, default ()
        What was found out or mended while reading.
    """

    name: str
    unit: str
    columns: tuple[str, ...]
    rows: list[tuple[int, Mapping[str, Any]]]
    hint: str = ""
    notes: tuple[str, ...] = ()


class Faults:
    """Collects rows that cannot be used: the first is told in full, the others are counted.

    Parameters
    ----------
    name, unit : str
        As in `Table`.
    """

    def __init__(self, name: str, unit: str) -> None:
        self._name, self._unit = name, unit
        self._rows: set[int] = set()
        self._telling: tuple[str, str, int, str | None] = ("", "", 0, None)

    def add(self, row: int, problem: str, *, fix: str, field: str | None = None) -> None:
        """Note that `row` has a `problem`, told as a sentence that begins with what is there."""
        if not self._rows:
            self._telling = (problem, fix, row, field)
        self._rows.add(row)

    def check(self) -> None:
        """Raise what was collected, if anything was.

        Raises
        ------
        DataError
            The first bad row, and how many more there are.
        """
        if not self._rows:
            return
        problem, fix, row, field = self._telling
        parts = [self._name, f"{self._unit} {row}"]
        if field is not None:
            parts.append(_("field {field!r}").format(field=field))
        text = ", ".join(parts) + ": " + problem
        more = len(self._rows) - 1
        if more:
            text += " " + ngettext("({n} more bad row.)", "({n} more bad rows.)", more).format(n=more)
        raise DataError(text, fix=fix, row=row, field=field)


def no_rows(name: str) -> DataError:
    """Return the error for a source without a single row."""
    return DataError(_("{name} has no rows.").format(name=name), fix=_("Give data with at least two labelled rows."))


def check_columns(name: str, columns: Iterable[str]) -> None:
    """Raise when two columns have one name (columns without a name do not count).

    Raises
    ------
    DataError
        With the name as `field`.
    """
    seen: set[str] = set()
    for column in columns:
        if column and column in seen:
            problem = _("{name} has more than one column named {column!r}.").format(name=name, column=column)
            raise DataError(problem, fix=_("Give every column a name of its own."), field=column)
        seen.add(column)


def shown(value: Any, most: int = 60) -> str:
    """Return `value` for a message: cut short, in quotes when it is text."""
    try:
        text = repr(value)
    except ValueError:  # a whole number of thousands of digits
        text = type(value).__name__
    return text if len(text) <= most else text[:most] + "…"
