"""CSV and its relatives: fields between commas, semicolons, tabs or bars, quotes around line ends."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from kit.data.format.decode import Line, Unread
from kit.data.format.delimiter import delimiter_of
from kit.data.format.formula import Formulas
from kit.data.format.lines import Lines
from kit.data.record import Problem, Record, Records
from kit.data.table import check_columns, no_rows
from kit.errors import DataError
from kit.i18n import _, ngettext

_LONGEST = 1 << 24  # characters of one row: 16 MiB


class Delimited(Records):
    """The rows of a delimited file whose first line names the columns.

    Parameters
    ----------
    lines : Lines
        Of the file.

    Raises
    ------
    DataError
        There is no header, or one that cannot be read or names a column twice.
    """

    def __init__(self, lines: Lines) -> None:
        super().__init__(lines.path.name, _("line"))
        self._lines = lines
        self.notes = lines.notes
        self.hint = _("The first line must name the columns.")
        self._delimiter, note = delimiter_of(lines.head(), lines.path.suffix.lower())
        if note:
            self.note(note)
        self._header = self._named()
        self._columns.update(dict.fromkeys(name for name in self._header if name))
        if "" in self._header:
            n = self._header.count("")
            note = ngettext("{n} column without a name was left out.", "{n} columns without a name were left out.", n)
            self.note(note.format(n=n))

    def read(self) -> Iterator[Record]:
        """Yield a record for each row that is not blank; its number is that of the line it begins on."""
        header, width = self._header, len(self._header)
        formulas = Formulas()
        rows = self._rows()
        next(rows)
        for number, fields in rows:
            if isinstance(fields, Problem):
                yield Record(number, {}, fields)
            elif len(fields) != width:
                yield Record(number, {}, self._miscounted(len(fields)))
            else:
                formulas.look(fields)
                cells = dict(zip(header, fields, strict=True))
                cells.pop("", None)
                yield Record(number, cells)
        if text := formulas.note():
            self.note(text)

    def _named(self) -> tuple[str, ...]:
        first = next(self._rows(), None)
        if first is None:
            raise no_rows(self.name)
        number, fields = first
        if isinstance(fields, Problem):
            problem = _("{name}, line {line}: {problem}").format(name=self.name, line=number, problem=fields.message)
            raise DataError(problem, fix=fields.fix, row=number)
        names = tuple(name.strip() for name in fields)
        check_columns(self.name, names)
        return names

    def _miscounted(self, found: int) -> Problem:
        message = _("{found} fields, but the header has {expected}.").format(found=found, expected=len(self._header))
        fix = _("Put quotes around fields that hold {delimiter!r} or a line end.").format(delimiter=self._delimiter)
        return Problem(message, fix=fix)

    def _rows(self) -> Iterator[tuple[int, list[str] | Problem]]:
        """Yield the fields of each row that is not blank, or its problem, with the line it begins on."""
        feed = _Feed(self._lines)
        reader = csv.reader(feed, delimiter=self._delimiter, strict=True)
        while True:
            feed.begin()
            try:
                fields = next(reader, None)
            except csv.Error as exc:
                if "field limit" in str(exc):
                    yield self._long(feed)
                else:
                    feed.again()
                    yield feed.begins, feed.broken or _misquoted(exc)
                continue
            if fields is None:
                return
            if feed.broken is not None:
                yield feed.begins, feed.broken
            elif any(field and not field.isspace() for field in fields):
                yield feed.begins, fields

    def _long(self, feed: _Feed) -> tuple[int, list[str] | Problem]:
        """Return the row that begins where `feed` did, one of whose fields is longer than the reader expects."""
        feed.again(all_of_it=True)
        usual = csv.field_size_limit(_LONGEST)  # of the whole process, so only for this one row
        try:
            fields = next(csv.reader(feed, delimiter=self._delimiter, strict=True))
        except csv.Error as exc:
            feed.again()
            return feed.begins, feed.broken or _misquoted(exc)
        finally:
            csv.field_size_limit(usual)
        return feed.begins, feed.broken or fields


class _Feed:
    """Lines for a reader of rows; those of a row that went wrong can be given again, all but the first.

    Attributes
    ----------
    begins : int
        The line on which this row begins.
    broken : Problem or None
        A line of this row that is no text.
    """

    def __init__(self, lines: Lines) -> None:
        self._blocks = lines.blocks()
        self._waiting: list[Line] = []  # the next one last
        self._given: list[Line] = []
        self._held = 0
        self._line = 0  # the last one that was given
        self.begins = 1
        self.broken: Problem | None = None

    def begin(self) -> None:
        """Say that the next line is the first of a row."""
        self._given.clear()
        self._held = 0
        self.begins = self._line + 1
        self.broken = None

    def again(self, *, all_of_it: bool = False) -> None:
        """Take back the lines of this row, but for the first, which is lost, unless `all_of_it` is to come again."""
        kept = 0 if all_of_it else 1
        back = self._given[kept:]
        self._waiting += reversed(back)
        self._line -= len(back)
        self._held = 0
        del self._given[kept:]

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        while not self._waiting:
            self._waiting = next(self._blocks)[::-1]  # ends with the last block
        line = self._waiting[-1]
        text = line.text if isinstance(line, Unread) else line
        self._held += len(text)
        if self._held > _LONGEST and self._given:
            raise csv.Error(_("the row is longer than {most} MiB").format(most=_LONGEST >> 20))
        if isinstance(line, Unread) and self.broken is None:
            self.broken = line
        self._waiting.pop()
        self._line += 1
        self._given.append(line)
        return text


def _misquoted(exc: Exception) -> Problem:
    fix = _('A quote is out of place here: write "" for a quote inside quotes, and close each one.')
    return Problem(_("{reason}.").format(reason=exc), fix=fix)
