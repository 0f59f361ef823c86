"""JSONL: one object a line."""

from __future__ import annotations

from collections.abc import Iterator

from kit.data.format.json_value import row_in
from kit.data.format.lines import Lines
from kit.data.record import Problem, Record, Records
from kit.i18n import _

_LOOKED_AT = 100  # lines whose keys are known before the first row is read


class JsonLines(Records):
    """The rows of a JSONL file; blank lines are skipped.

    Parameters
    ----------
    lines : Lines
        Of the file.
    """

    def __init__(self, lines: Lines) -> None:
        super().__init__(lines.path.name, _("line"))
        self._lines = lines
        self.notes = lines.notes
        for line in lines.head().split("\n")[:_LOOKED_AT]:
            row = row_in(line)
            if not isinstance(row, Problem):
                self._columns.update(dict.fromkeys(row))

    def read(self) -> Iterator[Record]:
        """Yield a record for each line that is not blank."""
        columns = self._columns
        number = 0
        for block in self._lines.blocks():
            for line in block:
                number += 1
                if line.__class__ is not str:
                    assert isinstance(line, Problem)
                    yield Record(number, {}, line)
                    continue
                if line.isspace():
                    continue
                row = row_in(line)
                if row.__class__ is dict:
                    if not row.keys() <= columns.keys():
                        columns.update(dict.fromkeys(row))
                    yield Record(number, row)
                else:
                    assert isinstance(row, Problem)
                    yield Record(number, {}, row)
