"""Read rows one by one, whatever is wrong with some of them: for whoever looks at data before it is used.

`open_data` refuses data with a bad row. Here each row comes with what is wrong with it, and what the reader had to
guess or mend is said once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kit.data.cell import Fault
from kit.data.read import read_source
from kit.data.row import Row, row_of
from kit.data.spec import DataSpec


@dataclass(frozen=True)
class Problem:
    """What keeps one row from being used: a sentence, the field, and what to do about it."""

    message: str
    field: str | None = None
    fix: str = ""


@dataclass(frozen=True)
class Entry:
    """One row of a source: the number by which the source counts it, and the row or its problem.

    Parameters
    ----------
    number : int
        As in `Reading.unit`.
    row : Row or None
        None where it has a problem.
    cells : mapping
        All cells of the source, those too that no task needs; empty where not even these can be told apart.
    problem : Problem or None
        None where it can be used.
    """

    number: int
    row: Row | None
    cells: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None


class Reading:
    """The rows of a source, read once from beginning to end.

    Parameters
    ----------
    spec : DataSpec
        `split` and `limit` do not count here: all rows are read.

    Attributes
    ----------
    name, unit : str
        What messages call the source, and what a row's number counts (translated).
    columns : tuple of str
        All that there are.
    notes : list of str
        What was found out or mended while reading, as sentences; complete after the last entry.
    size : int or None
        Rows, where that is known beforehand.
    """

    def __init__(self, spec: DataSpec) -> None:
        self._spec = spec
        columns = read_source(spec.source, (), spec.encoding).columns
        self._table = read_source(spec.source, columns, spec.encoding)
        self.name, self.unit, self.columns = self._table.name, self._table.unit, columns
        self.notes: list[str] = []
        self.size: int | None = len(self._table.rows)

    def entries(self) -> Iterator[Entry]:
        """Yield every row in order."""
        for number, cells in self._table.rows:
            yield entry_of(number, cells, self._spec)


def entry_of(number: int, cells: Mapping[str, Any], spec: DataSpec) -> Entry:
    """Return the row that `cells` hold, or what is wrong with them."""
    try:
        return Entry(number, row_of(cells, spec), cells)
    except Fault as fault:
        return Entry(number, None, cells, Problem(fault.problem, fault.field, fault.fix))
