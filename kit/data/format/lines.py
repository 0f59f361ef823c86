"""The lines of a text file, a block at a time, however long the file is; lines that are no text are told one by one.

A block is cut at the end of a line and decoded at once. Only where that fails each of its lines is looked at.
"""

from __future__ import annotations

import codecs
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from kit.data.format.encoding import encoding_of, guessed, is_utf8
from kit.data.format.guess import guess
from kit.data.format.transcoded import Transcoded
from kit.data.record import Problem
from kit.i18n import _, ngettext

LONGEST = 1 << 25  # bytes of one line, or of one value that spans lines: 32 MiB
HEAD = 1 << 16  # bytes by which it is told what a file holds
_BLOCK = 1 << 20
_TOLD = 5  # line numbers in a note
_BY_PAIRS = ("gb18030", "big5", "cp932", "cp949", "euc_jp")
_SURE = 4  # so many characters are not UTF-8 by chance


@dataclass(frozen=True)
class Unread(Problem):
    """A line that is no text, with what can be made out of it."""

    text: str = ""


Line = str | Unread


class _Bytes(Protocol):
    def read(self, size: int, /) -> bytes: ...


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


class Lines:
    """The lines of a text file, to be read from the beginning any number of times.

    Parameters
    ----------
    path : Path
        A file that exists.
    encoding : str
        "auto", or any text encoding that Python knows.

    Attributes
    ----------
    notes : list of str
        What was found out or mended; complete when all lines were read.

    Raises
    ------
    DataError
        The file is empty.
    ParameterError
        Python knows no such encoding.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self._named = encoding
        self._found = encoding_of(path, encoding)
        self.notes: list[str] = [self._found.note] if self._found.note else []
        self._advice: str | None = None
        self._mended: dict[str, _Places] = defaultdict(_Places)
        self._marks = _Places()
        self._utf8 = 0  # lines that are not ASCII and are UTF-8 in a file that is mostly not

    def head(self) -> str:
        """Return the first `HEAD` bytes as text, whole lines where they are not longer than that."""
        with self.path.open("rb") as file:
            data = self._utf8_of(file).read(HEAD)
        text = data.decode(self._whole, "replace")
        return text[: text.rfind("\n") + 1] or text if len(data) >= HEAD else text

    def texts(self) -> Iterator[str | Unread]:
        """Yield the text a piece at a time, wherever lines end; where something is no text, that is the last piece."""
        with self.path.open("rb") as file:
            source = self._utf8_of(file)
            decoder = codecs.getincrementaldecoder(self._whole)()
            data = b" "
            while data:
                data = source.read(_BLOCK)
                try:
                    yield decoder.decode(data, final=not data)
                except UnicodeDecodeError as exc:
                    line = bytes(exc.object)
                    yield line[: exc.start].decode(self._whole)
                    begins = line.rfind(b"\n", 0, exc.start) + 1
                    yield self._undecodable(line[begins:], exc.start - begins)
                    return

    def blocks(self) -> Iterator[list[Line]]:
        """Yield all lines in order, with their ends, many at a time."""
        self._mended.clear()
        self._marks = _Places()
        self._utf8 = 0
        number = 1
        with self.path.open("rb") as file:
            for piece in _whole_lines(self._utf8_of(file)):
                lines: list[Line] = self._lines(piece, number) if isinstance(piece, bytes) else [piece]
                number += len(lines)
                yield lines
        self._tell()

    @property
    def _whole(self) -> str:
        """The codec for bytes of `_utf8_of` that are not looked at line by line."""
        return self._found.other if self._found.note and self._found.other else "utf-8"

    def _utf8_of(self, file: BinaryIO) -> _Bytes:
        """Return the bytes of a file behind its byte order mark; in UTF-8, unless single lines of it are not."""
        if self._found.codec != "utf-8":
            return Transcoded(file, self._found.codec)
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        return file

    def _lines(self, piece: bytes, number: int) -> list[Line]:
        """Return the lines of `piece`, the first of which has this number."""
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text or "\ufeff" in text:
            return [self._line(line, at) for at, line in enumerate(piece.splitlines(keepends=True), number)]
        # StringIO, not splitlines: a text may hold signs that Python takes for line ends (U+2028).
        return list(io.StringIO(text, newline=""))

    def _line(self, line: bytes, number: int) -> Line:
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

    def _decoded(self, line: bytes, number: int) -> Line:
        other = self._found.other
        if is_utf8(line):
            text = line.decode()
            if self._found.note and other and not line.isascii():
                high = sum(sign > "\x7f" for sign in text)
                if other in _BY_PAIRS and high < _SURE and (seen := _decoded(line, other)) is not None:
                    return seen
                self._utf8 += 1
            return text
        if not self._found.strict and self._found.codec == "utf-8" and not _is_damaged(line):
            for codec in filter(None, (other, guess(line))):
                if (seen := _decoded(line, codec)) is not None:
                    self._mended[codec].add(number)
                    return seen
        return self._undecodable(line, _first_fault(line))

    def _undecodable(self, line: bytes, at: int) -> Unread:
        text = line.decode("utf-8", "replace")
        name = self._named if self._found.strict else self._found.codec
        if self._found.codec == "utf-8":
            message = _("byte 0x{byte:02x} at position {at} is not {encoding} text.").format(
                byte=line[at], at=_characters(line, at), encoding=name
            )
        else:
            message = _("what stands at position {at} is not {encoding} text.").format(
                at=_characters(line, at), encoding=name
            )
        return Unread(message, fix=self._fix(), text=text)

    def _fix(self) -> str:
        if self._found.strict and self._advice is None:
            self._advice = guessed(self.path) or ""
        if self._advice and self._advice != self._found.codec:
            return _("It looks like {guess}: try encoding={guess!r}, or save the file as UTF-8.").format(
                guess=self._advice
            )
        return _("Export this row again: some of its characters are lost.")

    def _tell(self) -> None:
        """Note what was mended, now that all lines were read."""
        for codec, places in self._mended.items():
            if not self._found.note or codec != self._found.other:
                text = ngettext(
                    "{n} line is not UTF-8 and was read as {codec}: {where}.",
                    "{n} lines are not UTF-8 and were read as {codec}: {where}.",
                    places.count,
                )
                self._note(text.format(n=f"{places.count:,}", codec=codec, where=places))
        if self._utf8:
            text = ngettext("{n} line is UTF-8 and was read so.", "{n} lines are UTF-8 and were read so.", self._utf8)
            self._note(text.format(n=f"{self._utf8:,}"))
        if self._marks.count:
            text = ngettext(
                "A byte order mark inside the file was left out: {where}.",
                "{n} byte order marks inside the file were left out: {where}.",
                self._marks.count,
            )
            self._note(text.format(n=f"{self._marks.count:,}", where=self._marks))

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def _whole_lines(source: _Bytes) -> Iterator[bytes | Unread]:
    """Yield bytes that end with the end of a line; a line that is too long is one problem."""
    parts: list[bytes] = []
    held = 0
    skipping = False
    while data := source.read(_BLOCK):
        at = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, -1) + 1  # a \r at the end may have its \n in the next piece
        if not at:
            parts.append(data)
            held += len(data)
            if held > LONGEST:
                parts, skipping = [], True
            continue
        if skipping:
            first = data.find(b"\n", 0, at) + 1 or data.find(b"\r", 0, at) + 1
            yield _too_long()
            if first < at:
                yield data[first:at]
            skipping = False
        else:
            yield b"".join((*parts, data[:at]))
        parts, held = [data[at:]], len(data) - at
    if skipping:
        yield _too_long()
    elif rest := b"".join(parts):
        yield rest


def _too_long() -> Unread:
    most = LONGEST >> 20
    return Unread(
        _("the line is longer than {most} MiB.").format(most=most),
        fix=_("Write one row a line, or leave this one out."),
    )


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


def _characters(line: bytes, end: int) -> int:
    return len(line[:end].decode("utf-8", "ignore")) + 1


def _is_damaged(line: bytes) -> bool:
    """Is `line`, which is not UTF-8, yet so in the most part? Then bytes of it are lost."""
    text = line.decode("utf-8", "replace")
    high = sum(sign > "\x7f" for sign in text)
    lost = text.count("\ufffd")
    return high - lost >= 2 * lost
