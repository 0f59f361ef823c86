"""Rows as they come out of a source one by one: each with its number, and its cells or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from kit.data.table import Faults, Table
from kit.errors import DataError
from kit.i18n import _


@dataclass(frozen=True)
class Problem:
    """What keeps one row from being used: a sentence, the field, and what to do about it.

    Parameters
    ----------
    message : str
        Begins with what is there.
    field : str or None
        The column.
    fix : str, default ""
        The next step.
    line : int, optional
        Of the file, where the number of the row counts something else.
    """

    message: str
    field: str | None = None
    fix: str = ""
    line: int | None = None


class Record(NamedTuple):
    """One row of a source: all its cells, or none and a problem."""

    number: int
    cells: Mapping[str, Any]
    problem: Problem | None = None


class Records:
    """The rows of one source, read from beginning to end whenever somebody goes through them.

    What cannot be read at all raises a `KitError` when this is made; what is wrong with a single row stands in its
    record. Subclasses yield records from `read`.

    Attributes
    ----------
    name, unit : str
        What messages call the source, and what the number of a row counts (translated).
    hint : str
        A sentence for whoever misses a column.
    size : int or None
        Rows, where that is known beforehand.
    notes : list of str
        What was found out or mended, as sentences; complete when all rows were read.
    """

    hint: str = ""
    size: int | None = None

    def __init__(self, name: str, unit: str, columns: tuple[str, ...] = ()) -> None:
        self.name, self.unit = name, unit
        self.notes: list[str] = []
        self._columns: dict[str, None] = dict.fromkeys(columns)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that have come up so far; those of the beginning are known before the first row."""
        return tuple(self._columns)

    def note(self, text: str) -> None:
        """Say once what was found out or mended."""
        if text not in self.notes:
            self.notes.append(text)

    def read(self) -> Iterator[Record]:
        """Yield every row in order; subclasses say how."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[Record]:
        return self.read()


class TableRecords(Records):
    """The rows of a table that is held in memory."""

    def __init__(self, table: Table) -> None:
        super().__init__(table.name, table.unit, table.columns)
        self._table = table
        self.hint, self.size = table.hint, len(table.rows)
        self.notes += table.notes

    def read(self) -> Iterator[Record]:
        """Yield the rows."""
        for number, cells in self._table.rows:
            yield Record(number, cells)


def table_of(records: Records, wanted: tuple[str, ...] | None) -> Table:
    """Return all rows at once, with the wanted cells only (None: with all).

    Raises
    ------
    DataError
        A row has a problem: the first one is told, the others are counted.
    """
    rows = []
    faults = Faults(records.name, records.unit)
    for number, cells, problem in records:
        if problem is None:
            kept = cells if wanted is None else {column: cells[column] for column in wanted if column in cells}
            rows.append((number, kept))
        elif problem.line is not None:
            where = _("{name}, line {line}: {problem}").format(
                name=records.name, line=problem.line, problem=problem.message
            )
            raise DataError(where, fix=problem.fix, row=problem.line, field=problem.field)
        else:
            faults.add(number, problem.message, fix=problem.fix, field=problem.field)
    faults.check()
    return Table(
        name=records.name,
        unit=records.unit,
        columns=tuple(column for column in records.columns if column),
        rows=rows,
        hint=records.hint,
        notes=tuple(records.notes),
    )
