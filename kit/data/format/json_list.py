"""JSON whose values go over many lines: a list of objects, or one object after the other.

Values are read one by one, each from as much text as it takes; only a file that is one single object is read whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from kit.data.format.decode import Unread
from kit.data.format.json_value import checked, is_plain, object_of, placed, reason, scan
from kit.data.format.lines import LONGEST, Lines
from kit.data.record import Problem, Record, Records
from kit.i18n import _

_BLANK = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")
_KEPT = 1 << 20  # characters that were read and may lie about
_TURNS = ("messages", "conversations", "conversation", "turns")  # lists that are one row
_NEAR = 16  # so near to its end, a fault in a text may only mean that it goes on


class _Fault(Exception):
    """What follows in the file cannot be read."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class JsonList(Records):
    """The rows of a JSON file that holds a list of objects.

    Where one of them cannot be read, those behind it cannot either: it is one problem, and the last record.

    Parameters
    ----------
    lines : Lines
        Of the file.
    listed : bool
        Do brackets stand around the values, and commas between them?
    """

    def __init__(self, lines: Lines, *, listed: bool) -> None:
        super().__init__(lines.path.name, _("entry"))
        self._lines, self._listed = lines, listed
        self.notes = lines.notes
        first = next(iter(self.read()), None)
        if first is not None:
            self._columns.update(dict.fromkeys(first.cells))

    def read(self) -> Iterator[Record]:
        """Yield a record for each value."""
        number = 0
        text = _Text(self._lines)
        try:
            for value in self._values(text):
                number += 1
                row = object_of(value)
                if isinstance(row, Problem):
                    yield Record(number, {}, row)
                else:
                    self._columns.update(dict.fromkeys(row))
                    yield Record(number, row)
        except _Fault as fault:
            yield Record(number + 1, {}, fault.problem)

    def _values(self, text: _Text) -> Iterator[Any]:
        if self._listed:
            text.skip(_BLANK)
            text.at += 1  # the bracket
            yield from self._until_bracket(text)
            text.skip(_BLANK)
            if not text.ended():
                raise text.fault(_("something stands behind the list"))
            return
        first = True
        while not text.ended():
            value = text.value()
            text.skip(_BETWEEN)
            if first and text.ended():
                inner = _inner(value)
                if inner is not None:
                    self.note(inner.note)
                    yield from inner.rows
                    return
            first = False
            yield value

    def _until_bracket(self, text: _Text) -> Iterator[Any]:
        text.skip(_BLANK)
        while text.sign() != "]":
            yield text.value()
            text.skip(_BLANK)
            if text.sign() == ",":
                text.at += 1
                text.skip(_BLANK)
                if text.sign() != "]":
                    continue
                raise text.fault(_("Expecting value"))
            if text.sign() != "]":
                raise text.fault(_("the list breaks off") if text.ended() else _("Expecting ',' delimiter"))
        text.at += 1


class _Text:
    """The text of a file, of which only so much is held as one value takes."""

    def __init__(self, lines: Lines) -> None:
        self._pieces = lines.texts()
        self._text = ""
        self._gone = 0  # lines before the text that is held
        self.at = 0

    def ended(self) -> bool:
        """Is there nothing more?"""
        while self.at >= len(self._text):
            if not self._more():
                return True
        return False

    def sign(self) -> str:
        """Return the next character, "" at the end."""
        return "" if self.ended() else self._text[self.at]

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Go on behind what matches."""
        while True:
            found = pattern.match(self._text, self.at)
            assert found is not None
            self.at = found.end()
            if self.at < len(self._text) or not self._more():
                return

    def value(self) -> Any:
        """Return the next value and go on behind it."""
        self.skip(_BLANK)
        if self.at > _KEPT:
            self._gone += self._text.count("\n", 0, self.at)
            self._text, self.at = self._text[self.at :], 0
        while True:
            try:
                value, end = scan(self._text, self.at)
                # A number at the very end may go on in the next block.
                if end < len(self._text) or not self._more():
                    break
            except RecursionError as exc:
                raise self.fault(reason(exc)) from None
            except StopIteration as exc:
                if exc.value < len(self._text) - _NEAR or not self._more():
                    raise self.fault(_("Expecting value"), exc.value) from None
            except json.JSONDecodeError as exc:
                goes_on = exc.msg.startswith("Unterminated string") or exc.pos >= len(self._text) - _NEAR
                if not goes_on or not self._more():
                    raise self.fault(exc.msg, exc.pos) from None
            except ValueError as exc:
                raise self.fault(reason(exc)) from None
        text = self._text[self.at : end]
        if not is_plain(text, value):
            try:
                checked(text)
            except ValueError as exc:
                raise self.fault(reason(exc)) from None
        self.at = end
        return value

    def fault(self, why: str, at: int | None = None) -> _Fault:
        """Return that what stands at a place cannot be read."""
        at = min(self.at if at is None else at, len(self._text))
        line = self._gone + self._text.count("\n", 0, at) + 1
        character = at - self._text.rfind("\n", 0, at)
        message = _("not valid JSON: {reason}; what follows was not read.").format(reason=placed(why, character))
        return _Fault(Problem(message, fix=_("Correct this line, or export the file again."), line=line))

    def _more(self) -> bool:
        """Take in the next block, or twice as much for a value that is long; False at the end."""
        if len(self._text) - self.at > LONGEST:
            raise self.fault(_("a value is longer than {most} MiB").format(most=LONGEST >> 20))
        parts = [self._text]
        wanted = max(len(self._text) - self.at, 1)
        got = 0
        for piece in self._pieces:
            if isinstance(piece, Unread):
                self._text = "".join(parts)
                raise self._undecodable(piece)
            parts.append(piece)
            got += len(piece)
            if got >= wanted:
                break
        self._text = "".join(parts)
        return got > 0

    def _undecodable(self, problem: Problem) -> _Fault:
        line = self._gone + self._text.count("\n") + 1
        return _Fault(Problem(problem.message, fix=problem.fix, line=line))


class _Inner(NamedTuple):
    rows: list[Any]
    note: str


def _inner(value: Any) -> _Inner | None:
    """Return the rows of an object that is the whole file: its only list, or its columns (as pandas writes them)."""
    if not isinstance(value, dict):
        return None
    lists = {
        name: held for name, held in value.items() if isinstance(held, list) and held and isinstance(held[0], dict)
    }
    if len(lists) == 1 and not lists.keys() & set(_TURNS):
        name, rows = lists.popitem()
        return _Inner(rows, _("The file is one object; its rows are those of {name!r}.").format(name=name))
    columns = [held for held in value.values() if isinstance(held, dict)]
    if len(columns) == len(value) > 1 and columns[0] and all(held.keys() == columns[0].keys() for held in columns):
        rows = [{name: held[key] for name, held in value.items()} for key in columns[0]]
        return _Inner(rows, _("The file is one object of columns; their entries were read as rows."))
    return None
