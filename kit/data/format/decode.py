"""One line of a text file from bytes to text: as the file is encoded, as its neighbours are, or a problem.

A line that is not UTF-8 in a file that is may have come from another program: it is read as what it most likely is, and
counted. One that is UTF-8 but for a few bytes has lost some, and nobody can bring these back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.data.format.encoding import Encoding, guessed, is_utf8
from kit.data.format.guess import guess
from kit.data.record import Problem
from kit.i18n import _, ngettext

_TOLD = 5  # line numbers in a note
_BY_PAIRS = ("gb18030", "big5", "cp932", "cp949", "euc_jp")
_SURE = 4  # so many characters are not UTF-8 by chance
_GUESSES = 100  # that may come to nothing; noise has millions of lines


@dataclass(frozen=True)
class Unread(Problem):
    """A line that is no text, with what can be made out of it."""

    text: str = ""


Line = str | Unread


class Decoder:
    """Turns the lines of one file into text, and remembers what it mended.

    Parameters
    ----------
    path : Path
        The file; looked at again for an advice.
    found : Encoding
        What it is in.
    named : str
        What somebody said that it is in.
    """

    def __init__(self, path: Path, found: Encoding, named: str) -> None:
        self._path, self._found = path, found
        self._name = named if found.strict else found.codec
        self._others = [found.other] if found.other else []
        self._guesses = _GUESSES
        self._advice: str | None = None
        self._mended: dict[str, _Places] = defaultdict(_Places)
        self._marks = _Places()
        self._utf8 = 0  # lines that are not ASCII and are UTF-8 in a file that is mostly not

    def line(self, line: bytes, number: int) -> Line:
        """Return the text of a line, or what is wrong with it."""
        decoded = self._decoded(line, number)
        if isinstance(decoded, Unread):
            return decoded
        if decoded[:1] == "\ufeff":
            if number > 1:
                self._marks.add(number)
            decoded = decoded.lstrip("\ufeff")
        at = decoded.find("\0")
        if at < 0:
            return decoded
        message = _("a NUL character at position {at}.").format(at=at + 1)
        return Unread(message, fix=self._fix(), text=decoded.replace("\0", ""))

    def undecodable(self, line: bytes, at: int) -> Unread:
        """Return that the byte of `line` at `at` is no text."""
        place = len(line[:at].decode("utf-8", "ignore")) + 1
        if self._found.codec == "utf-8":
            message = _("byte 0x{byte:02x} at position {at} is not {encoding} text.").format(
                byte=line[at], at=place, encoding=self._name
            )
        else:  # these bytes are ours, not those of the file
            message = _("what stands at position {at} is not {encoding} text.").format(at=place, encoding=self._name)
        return Unread(message, fix=self._fix(), text=line.decode("utf-8", "replace"))

    def notes(self) -> Iterator[str]:
        """Yield what was mended, as sentences."""
        for codec, places in self._mended.items():
            if not self._found.note or codec != self._found.other:
                text = ngettext(
                    "{n} line is not UTF-8 and was read as {codec}: {where}.",
                    "{n} lines are not UTF-8 and were read as {codec}: {where}.",
                    places.count,
                )
                yield text.format(n=f"{places.count:,}", codec=codec, where=places)
        if self._utf8:
            text = ngettext("{n} line is UTF-8 and was read so.", "{n} lines are UTF-8 and were read so.", self._utf8)
            yield text.format(n=f"{self._utf8:,}")
        if self._marks.count:
            text = ngettext(
                "A byte order mark inside the file was left out: {where}.",
                "{n} byte order marks inside the file were left out: {where}.",
                self._marks.count,
            )
            yield text.format(n=f"{self._marks.count:,}", where=self._marks)

    def _decoded(self, line: bytes, number: int) -> Line:
        if is_utf8(line):
            return self._also_utf8(line) if self._found.note and not line.isascii() else line.decode()
        if not self._found.strict and self._found.codec == "utf-8" and not _is_damaged(line):
            for codec in self._others:
                if (seen := _decoded(line, codec)) is not None:
                    self._mended[codec].add(number)
                    return seen
            found = guess(line) if self._guesses > 0 else None
            if found is not None and (seen := _decoded(line, found)) is not None:
                self._others.append(found)
                self._mended[found].add(number)
                return seen
            self._guesses -= 1
        return self.undecodable(line, _first_fault(line))

    def _also_utf8(self, line: bytes) -> str:
        """Return the text of a line that is UTF-8, in a file that is not, unless that is so by chance."""
        text = line.decode()
        other = self._found.other
        if other in _BY_PAIRS and sum(sign > "\x7f" for sign in text) < _SURE:
            seen = _decoded(line, other)
            if seen is not None:
                return seen
        if other:
            self._utf8 += 1
        return text

    def _fix(self) -> str:
        if self._found.strict and self._advice is None:
            self._advice = guessed(self._path) or ""
        if self._advice and self._advice != self._found.codec:
            fix = _("It looks like {guess}: try encoding={guess!r}, or save the file as UTF-8.")
            return fix.format(guess=self._advice)
        return _("Export this row again: some of its characters are lost.")


class _Places:
    """How many lines something is in, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[int] = []

    def add(self, number: int) -> None:
        self.count += 1
        if len(self.first) < _TOLD:
            self.first.append(number)

    def __str__(self) -> str:
        shown = ", ".join(f"{number:,}" for number in self.first) + (", …" if self.count > _TOLD else "")
        return ngettext("line {numbers}", "lines {numbers}", self.count).format(numbers=shown)


def _decoded(line: bytes, codec: str) -> str | None:
    try:
        return line.decode(codec)
    except UnicodeDecodeError:
        return None


def _first_fault(line: bytes) -> int:
    try:
        line.decode()
    except UnicodeDecodeError as exc:
        return exc.start
    return 0


def _is_damaged(line: bytes) -> bool:
    """Is `line`, which is not UTF-8, yet so in the most part? Then bytes of it are lost."""
    text = line.decode("utf-8", "replace")
    high = sum(sign > "\x7f" for sign in text)
    lost = text.count("\ufffd")
    return high - lost >= 2 * lost
