"""Which encoding a text file has: as its first bytes say, UTF-8 where that fits, else a guess, which is told."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.data.format.guess import guess
from kit.errors import DataError, ParameterError
from kit.i18n import _

AUTO = "auto"
_NOT_OF_FILES = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
_HEAD, _WINDOW, _WINDOWS = 1 << 18, 1 << 16, 15  # bytes at the beginning; bytes and number of further looks
_MARKS = (  # the longer ones first: that of UTF-32 begins as that of UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become text.

    Parameters
    ----------
    codec : str
        Of the whole file.
    strict : bool
        Was it named by somebody? A line that is not in it is then a problem, and nothing is mended.
    other : str or None
        Where the codec is UTF-8: in what those lines stand that are not, as far as a sample shows.
    note : str
        What was found out, "" where there is nothing to tell.
    """

    codec: str
    strict: bool
    other: str | None = None
    note: str = ""


def encoding_of(path: Path, named: str) -> Encoding:
    """Return the encoding of a file.

    Parameters
    ----------
    path : Path
        A file that is not empty.
    named : str
        "auto", or any text encoding that Python knows, which is then taken as it is.

    Raises
    ------
    DataError
        The file is empty.
    ParameterError
        Python knows no such encoding.
    """
    if named != AUTO:
        codec = _known(named)
        return Encoding("utf-8" if codec in ("utf-8", "utf-8-sig") else codec, strict=True)
    pieces = list(_looks(path))
    if not pieces:
        raise empty_file(path)
    head = pieces[0]
    for mark, codec in _MARKS:
        if head.startswith(mark):
            note = _("Read as {codec}, not UTF-8: the file begins with its byte order mark.").format(codec=codec)
            return Encoding(codec, strict=False, note=note)
    wide = _without_mark(head)
    if wide:
        note = _("Read as {codec}, not UTF-8: every other byte is zero.").format(codec=wide)
        return Encoding(wide, strict=False, note=note)
    return _by_lines([line for piece in pieces for line in piece.splitlines() if not line.isascii()])


def guessed(path: Path) -> str | None:
    """Return what encoding a file has by all signs, where that is not UTF-8; for an advice."""
    found = encoding_of(path, AUTO)
    return found.other if found.codec == "utf-8" else found.codec


def empty_file(path: Path) -> DataError:
    """Return the error for a file without a single byte."""
    problem = _("{name} is empty (0 bytes).").format(name=path.name)
    return DataError(problem, fix=_("Export it again, or give another file."))


def is_utf8(line: bytes) -> bool:
    """Is `line` text in UTF-8?"""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _by_lines(high: list[bytes]) -> Encoding:
    """Return the encoding of a file by those of its lines that are not ASCII."""
    bad = [line for line in high if not is_utf8(line)]
    if not bad:
        return Encoding("utf-8", strict=False)
    other = guess(b"\n".join(bad))
    if other is None or 2 * len(bad) <= len(high):  # mostly UTF-8: the others are told as they come
        return Encoding("utf-8", strict=False, other=other)
    note = _("Read as {codec}, not UTF-8: {n} of {all} lines with other than English letters are no UTF-8.")
    told = note.format(codec=other, n=f"{len(bad):,}", all=f"{len(high):,}")
    if len(high) == 1:
        told = _("Read as {codec}, not UTF-8, which it is not.").format(codec=other)
    return Encoding("utf-8", strict=False, other=other, note=told)


def _looks(path: Path) -> Iterator[bytes]:
    """Yield the beginning of a file, and whole lines from many places of a long one."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(_HEAD)
        if head:
            yield head if len(head) == size else head[: head.rfind(b"\n") + 1] or head
        if size <= 2 * _HEAD:
            rest = file.read()
            if rest:
                yield rest[rest.find(b"\n") + 1 :]
            return
        for place in range(1, _WINDOWS + 1):
            file.seek(_HEAD + (size - _HEAD - _WINDOW) * place // _WINDOWS)
            piece = file.read(_WINDOW)
            yield piece[piece.find(b"\n") + 1 : piece.rfind(b"\n") + 1]


def _without_mark(head: bytes) -> str | None:
    """Return which encoding of two or four bytes a character `head` has that bears no mark."""
    head = head[: 1 << 14]
    zeros = [head[place::4].count(0) for place in range(4)]
    most = len(head) / 4
    if most < 2 or min(zeros) > 0.9 * most:  # nothing but zeros: a file that was never written
        return None
    if min(zeros[2:]) > 0.9 * most or min(zeros[:2]) > 0.9 * most:
        name = "utf-32-le" if min(zeros[2:]) > 0.9 * most and zeros[0] < 0.9 * most else "utf-32-be"
        if _fits(head[: len(head) // 4 * 4], name):
            return name
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    few, many = sorted((even, odd))
    if many < 0.05 * len(head) or few > 0.1 * many:
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    return name if _fits(head, name) else None


def _fits(data: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(data)  # a character cut at the end is no fault
    except UnicodeDecodeError:
        return False
    return True


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        if name not in _NOT_OF_FILES:
            "a".encode(name)  # refuses what is a codec, yet not of text ("hex")
            return name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        pass
    allowed = _("'auto' or a text encoding, such as 'utf-8', 'utf-16', 'cp1252' or 'gb18030'")
    raise ParameterError("encoding", encoding, allowed=allowed)
