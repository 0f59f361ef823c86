"""The lines of a text file, a block at a time, however long the file is; lines that are no text are told one by one.

A block is cut at the end of a line and decoded at once. Only where that fails each of its lines is looked at.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from kit.data.format.decode import Decoder, Line, Unread
from kit.data.format.encoding import encoding_of
from kit.data.format.transcoded import Transcoded
from kit.i18n import _

LONGEST = 1 << 25  # bytes of one line, or of one value that spans lines: 32 MiB
HEAD = 1 << 16  # bytes by which it is told what a file holds
_BLOCK = 1 << 20


class _Bytes(Protocol):
    def read(self, size: int, /) -> bytes: ...


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

    def head(self) -> str:
        """Return the first `HEAD` bytes as text, whole lines where they are not longer than that."""
        with self.path.open("rb") as file:
            data = self._utf8_of(file).read(HEAD)
        text = data.decode(self._whole, "replace")
        return text[: text.rfind("\n") + 1] or text if len(data) >= HEAD else text

    def blocks(self) -> Iterator[list[Line]]:
        """Yield all lines in order, with their ends, many at a time."""
        decoder = Decoder(self.path, self._found, self._named)
        number = 1
        with self.path.open("rb") as file:
            for piece in _whole_lines(self._utf8_of(file)):
                lines: list[Line] = [piece] if isinstance(piece, Unread) else _lines(piece, number, decoder)
                number += len(lines)
                yield lines
        self.notes += [note for note in decoder.notes() if note not in self.notes]

    def texts(self) -> Iterator[Line]:
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
                    seen = bytes(exc.object)
                    yield seen[: exc.start].decode(self._whole)
                    begins = seen.rfind(b"\n", 0, exc.start) + 1
                    line = seen[begins : exc.start + 1]
                    yield Decoder(self.path, self._found, self._named).undecodable(line, exc.start - begins)
                    return

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


def _lines(piece: bytes, number: int, decoder: Decoder) -> list[Line]:
    """Return the lines of `piece`, the first of which has this number."""
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or "\ufeff" in text:
        return [decoder.line(line, at) for at, line in enumerate(piece.splitlines(keepends=True), number)]
    # StringIO, not splitlines: a text may hold signs that Python takes for line ends (U+2028).
    return list(io.StringIO(text, newline=""))


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
    message = _("the line is longer than {most} MiB.").format(most=LONGEST >> 20)
    return Unread(message, fix=_("Write one row a line, or leave this one out."))
