"""Bytes to text: byte order marks, wrong encodings, and a guess at the right one."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from kit.errors import DataError, ParameterError
from kit.i18n import _

_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_NOT_OF_FILES = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
_LOOKED_AT = 1 << 20  # bytes that a guess looks at


def read_text(path: Path, encoding: str) -> str:
    """Return the text of a file; line ends are kept, a byte order mark is left out.

    Parameters
    ----------
    path : Path
        A file that exists.
    encoding : str
        Any text encoding that Python knows.

    Raises
    ------
    DataError
        The file is empty, or not text in this encoding: with line, byte and a guess.
    ParameterError
        Python knows no such encoding.
    """
    data = path.read_bytes()
    if not data:
        raise DataError(
            _("{name} is empty (0 bytes).").format(name=path.name), fix=_("Export it again, or give another file.")
        )
    name = _known(encoding)
    skipped = len(codecs.BOM_UTF8) if name in ("utf-8", "utf-8-sig") and data.startswith(codecs.BOM_UTF8) else 0
    codec = "utf-8" if name == "utf-8-sig" else name
    try:
        text = data[skipped:].decode(codec)
    except UnicodeDecodeError as exc:
        before = data[skipped : skipped + exc.start].decode(codec, "ignore")
        raise _undecodable(path, encoding, data, skipped + exc.start, before.count("\n") + 1) from exc
    except UnicodeError as exc:  # without a place: utf-16 data that lacks its mark, punycode
        raise _undecodable(path, encoding, data, 0, 1) from exc
    if "\0" in text:  # no text has NUL characters: these are the halves of wider ones
        at = text.index("\0")
        raise _undecodable(path, encoding, data, skipped + at, text.count("\n", 0, at) + 1)
    return text


def guess_encoding(data: bytes) -> str | None:
    """Return the encoding that `data`, which is not what it was said to be, most likely has.

    >>> guess_encoding("Straße, café".encode("utf-16"))
    'utf-16'
    >>> guess_encoding("Straße, café".encode("cp1252"))
    'cp1252'
    >>> guess_encoding("病人头痛三天".encode("gb18030"))
    'gb18030'
    """
    data = data[:_LOOKED_AT]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in data:
        return "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"
    if _decodes(data, "utf-8"):
        return "utf-8"
    runs = [len(run) for run in _HIGH_BYTES.findall(data)]
    # Accented letters stand mostly alone between plain ones; the bytes of Chinese characters come in pairs.
    if sum(runs) > 1.6 * len(runs) and _decodes(data, "gb18030"):
        return "gb18030"
    return "cp1252" if _decodes(data, "cp1252") else None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data)  # a character cut at the end is no fault
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
    allowed = _("a text encoding, such as 'utf-8', 'utf-16', 'cp1252' or 'gb18030'")
    raise ParameterError("encoding", encoding, allowed=allowed)


def _undecodable(path: Path, encoding: str, data: bytes, at: int, line: int) -> DataError:
    guess = guess_encoding(data)
    problem = _("{name}, line {line}: byte 0x{byte:02x} at position {at} is not {encoding} text.").format(
        name=path.name, line=line, byte=data[min(at, len(data) - 1)], at=at, encoding=encoding
    )
    if guess is None or guess == encoding:
        fix = _("Save the file as UTF-8, or name its encoding with encoding=.")
    else:
        fix = _("It looks like {guess}: try encoding={guess!r}, or save the file as UTF-8.").format(guess=guess)
    return DataError(problem, fix=fix, row=line)
