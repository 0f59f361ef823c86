"""All rows of a source as a division sees them: what they ask, their labels, groups and times."""

from __future__ import annotations

from array import array
from typing import Any

from kit.data.cell import number_of
from kit.data.reading import Entry
from kit.data.row import Row
from kit.data.table import shown
from kit.errors import DataError, UnknownNameError
from kit.gate.alike.normal import mark, normal
from kit.gate.check import asked
from kit.gate.clean.rows import Rows
from kit.gate.split.assign import TRAIN, by_group, by_time, by_unit
from kit.gate.split.moment import moments
from kit.gate.split.spec import SplitSpec
from kit.i18n import _

LEFT_OUT = ""  # the part of a synthetic row whose parent is held out


class Seen:
    """What must be known of every row to divide all of them: its marks, not its texts.

    Parameters
    ----------
    spec : SplitSpec
    rows : Rows
        All rows of the source.

    Raises
    ------
    DataError
        A row cannot be used.
    UnknownNameError
        There is no such column.
    """

    def __init__(self, spec: SplitSpec, rows: Rows) -> None:
        self.spec = spec
        self.marks = array("Q")  # of what is asked
        self.labels: list[str] = []
        self.numbers = array("Q")
        self.values: list[Any] = []
        self.parents: list[str | None] = []
        self.keys: list[str] = []
        self._names: dict[str, str] = {}  # each label is held once
        self.moments: list[float] = []
        self.name, self.unit = rows.name, rows.unit
        if spec.column and spec.column not in rows.columns:
            raise UnknownNameError("column", spec.column, rows.columns)
        for entries in rows.entries("looking"):
            for entry in entries:
                self._take(entry)

    def _take(self, entry: Entry) -> None:
        if entry.row is None:
            assert entry.problem is not None
            raise self._refused(entry.number, entry.problem.message)
        row, column = entry.row, self.spec.column
        self.marks.append(mark(normal(asked(row))))
        self.numbers.append(entry.number)
        label = self._label(row, entry)
        self.labels.append(self._names.setdefault(label, label))
        self.values.append(entry.cells.get(column) if column else None)
        self.parents.append(row.parent)
        self.keys.append(row.key)

    def _label(self, row: Row, entry: Entry) -> str:
        if self.spec.by == "label" and self.spec.column:
            return self._group(entry.number, entry.cells.get(self.spec.column))
        return row.answer if self.spec.data.task == "classify" else ""

    def _group(self, number: int, value: Any) -> str:
        text = "" if value is None or value != value else str(number_of(value)).strip()
        if not text or isinstance(value, list | dict):
            problem = _("field {column!r}: {value} is no group.").format(column=self.spec.column, value=shown(value))
            raise self._refused(number, problem)
        return text

    def _refused(self, number: int, problem: str) -> DataError:
        words = _("{name}, {unit} {number}: {problem}").format(
            name=self.name, unit=self.unit, number=number, problem=problem
        )
        fix = _("Clean the data first, with kit.clean_data(kit.CleanSpec(…)), or leave the row out.")
        return DataError(words, fix=fix, row=number)

    def divided(self) -> list[str]:
        """Return the part of each row; synthetic ones are trained on, or left out where their parent is not."""
        real = [place for place, parent in enumerate(self.parents) if parent is None]
        if not real:
            problem = _("All rows are synthetic: none can be tested on.")
            raise DataError(problem, fix=_("Divide rows that no model wrote."))
        found = self._real(real)
        parts = [TRAIN] * len(self.parents)
        for place, part in zip(real, found, strict=True):
            parts[place] = part
        held = {self.keys[place] for place in real if parts[place] != TRAIN}
        asked_there = {self.marks[place] for place in real if parts[place] != TRAIN}
        for place, parent in enumerate(self.parents):
            if parent is not None and (parent in held or self.marks[place] in asked_there):
                parts[place] = LEFT_OUT
        return parts

    def _real(self, real: list[int]) -> list[str]:
        spec, labels = self.spec, [self.labels[place] for place in real]
        values = [(self.numbers[place], self.values[place]) for place in real]
        if spec.by == "group":
            return by_group([self._group(*each) for each in values], labels, spec.shares, spec.seed)
        if spec.by == "time":
            self.moments = moments(values, name=self.name, unit=self.unit, column=spec.column)
            return by_time(self.moments, spec.shares)
        strata = labels if spec.by == "label" else [""] * len(real)
        return by_unit([self.marks[place] for place in real], strata, spec.shares, spec.seed)

    def on_both_sides(self, parts: list[str]) -> int:
        """Return how many rows that are held out ask what a row of the train part asks, too."""
        trained = {each for each, part in zip(self.marks, parts, strict=True) if part == TRAIN}
        pairs = zip(self.marks, parts, strict=True)
        return sum(each in trained for each, part in pairs if part not in (TRAIN, LEFT_OUT))
