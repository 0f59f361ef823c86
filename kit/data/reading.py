"""Read rows one by one, whatever is wrong with some of them: for whoever looks at data before it is used.

`open_data` refuses data with a bad row. Here each row comes with what is wrong with it, and what the reader had to
guess or mend is said once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kit.data.cell import Fault
from kit.data.check import no_column
from kit.data.load import positions_of
from kit.data.record import Problem
from kit.data.row import Row, row_of
from kit.data.source import open_rows
from kit.data.spec import DataSpec
from kit.data.turns import left_out
from kit.i18n import _

__all__ = ["Entry", "Problem", "Reading", "entry_of"]


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
        All of its rows are read, whatever is wrong with some of them. Of a part or a sample (`split`, `limit`) all rows
        of the source must be usable, since it is drawn from these.

    Attributes
    ----------
    name, unit : str
        What messages call the source, and what a row's number counts (translated).
    size : int or None
        Rows, where that is known beforehand.

    Raises
    ------
    KitError
        The source cannot be read at all.
    """

    def __init__(self, spec: DataSpec) -> None:
        self._spec = spec
        self._records = open_rows(spec)
        self.name, self.unit, self.size = self._records.name, self._records.unit, self._records.size
        positions = positions_of(spec)
        self._meant = None if positions is None else frozenset(positions)
        self.size = self.size if self._meant is None else len(self._meant)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that there are; some may come up only while rows are read."""
        return tuple(column for column in self._records.columns if column)

    @property
    def notes(self) -> list[str]:
        """What was found out or mended while reading, as sentences; complete after the last entry."""
        return self._records.notes

    def entries(self) -> Iterator[Entry]:
        """Yield every row in order.

        Raises
        ------
        KitError
            The source cannot be read any further.
        UnknownNameError
            At the end: the template names a column that no row had, so its place was empty in every text.
        """
        spec, unanswered = self._spec, 0
        for position, (number, cells, problem) in enumerate(self._records):
            if self._meant is not None and position not in self._meant:
                continue
            if problem is None:
                entry = entry_of(number, cells, spec)
                unanswered += entry.row is not None and entry.row.unanswered > 0
                yield entry
            else:
                yield Entry(number, None, cells, _placed(problem))
        if unanswered:
            self._records.note(left_out(unanswered))
        lost = next((column for column in spec.templated if column not in self.columns), None)
        if lost is not None:
            raise no_column(self.name, "template", lost, self.columns, hint=self._records.hint)


def _placed(problem: Problem) -> Problem:
    if problem.line is None:
        return problem
    message = _("line {line}: {problem}").format(line=problem.line, problem=problem.message)
    return Problem(message, problem.field, problem.fix)


def entry_of(number: int, cells: Mapping[str, Any], spec: DataSpec) -> Entry:
    """Return the row that `cells` hold, or what is wrong with them."""
    try:
        return Entry(number, row_of(cells, spec), cells)
    except Fault as fault:
        return Entry(number, None, cells, Problem(fault.problem, fault.field, fault.fix))
