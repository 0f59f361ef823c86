"""Open a file with the reader for what it holds, whatever its name says; where the two differ, that is told."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

from kit.data.format.delimited import Delimited
from kit.data.format.encoding import empty_file
from kit.data.format.excel import ExcelRows
from kit.data.format.json_lines import JsonLines
from kit.data.format.json_list import JsonList
from kit.data.format.json_value import scan
from kit.data.format.lines import HEAD, Lines
from kit.data.format.parquet import ParquetRows
from kit.data.format.suffixes import SUFFIXES
from kit.data.record import Records
from kit.errors import DataError
from kit.i18n import N_, _

_NAMES = {
    "lines": N_("one JSON object a line"),
    "list": N_("a list of JSON objects"),
    "objects": N_("JSON objects over several lines"),
    "delimited": N_("delimited text"),
    "parquet": N_("Parquet"),
    "excel": N_("a spreadsheet"),
}
_BEGINS = 2048  # bytes
_CONTROLS = bytes(range(9))
_MAGIC = ((b"PAR1", "parquet"), (b"PK\x03\x04", "excel"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "excel"))
_PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
)


def open_file(path: Path, wanted: tuple[str, ...] | None, encoding: str) -> Records:
    """Open a file to read it row by row.

    Parameters
    ----------
    path : Path
        A file whose name ends in one of `SUFFIXES`.
    wanted : tuple of str or None
        Columns that count; None for all.
    encoding : str
        "auto", or that of a text file.

    Raises
    ------
    DataError
        Nothing of the file can be read.
    MissingPackageError
        The package that reads such files is not installed.
    ParameterError
        There is no such encoding.
    """
    promised = SUFFIXES[path.suffix.lower()]
    with path.open("rb") as file:
        begins = file.read(_BEGINS)
    if not begins:
        raise empty_file(path)
    for magic, how in _PACKED:
        if begins.startswith(magic):
            raise DataError(
                _("{name} is packed with {how}.").format(name=path.name, how=how),
                fix=_("Unpack it and give the file inside."),
            )
    kind = next((kind for magic, kind in _MAGIC if begins.startswith(magic)), None)
    if kind is None and promised == "excel" and _is_table(begins):
        kind = "delimited"  # tables are often exported as text under such a name
    kind = kind or promised
    if kind == "parquet":
        records: Records = ParquetRows(path, wanted)
    elif kind == "excel":
        records = ExcelRows(path)
    else:
        lines = Lines(path, encoding)
        kind, records = _text(lines, kind)
    if kind != promised and (kind, promised) != ("objects", "list"):
        note = _("The name ends in {suffix}, but the file holds {kind}; it was read as such.")
        records.notes.insert(0, note.format(suffix=path.suffix, kind=_(_NAMES[kind])))
    return records


def _is_table(data: bytes) -> bool:
    """Does a file that begins with `data` hold plain text, and no web page?"""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return marked or (data.translate(None, _CONTROLS) == data and not data.lstrip().startswith(b"<"))


def _text(lines: Lines, promised: str) -> tuple[str, Records]:
    """Return what a text file holds, by its beginning, and its reader."""
    kind = _kind(lines.head().lstrip(), promised)
    if kind == "delimited":
        return kind, Delimited(lines)
    return kind, JsonLines(lines) if kind == "lines" else JsonList(lines, listed=kind == "list")


def _kind(head: str, promised: str) -> str:
    """Return what a text is that begins with `head`: "lines", "list", "objects" or "delimited".

    >>> _kind('[{"text": "a"}]', "lines"), _kind('{"text": "a"}', "delimited"), _kind("[a],b", "delimited")
    ('list', 'lines', 'delimited')
    """
    first, _end, rest = head.partition("\n")
    if head[:1] == "[":
        return "list" if promised == "list" or head[1:].lstrip()[:1] == "{" else promised
    if head[:1] != "{":
        return "lines" if promised == "list" else promised
    if _ends_in(first):
        return "objects" if promised == "list" and not rest.strip() else "lines"
    if _ends_in(head):
        return "objects"
    if promised != "list":
        return promised
    return "lines" if any(map(_ends_in, rest.split("\n")[:20])) else "objects"


def _ends_in(text: str) -> bool:
    """Does an object at the beginning of `text` end there too, or does it go on behind a long `text`?"""
    try:
        return isinstance(scan(text, 0)[0], dict)
    except (StopIteration, RecursionError):
        return False
    except json.JSONDecodeError as exc:
        cut = exc.msg.startswith("Unterminated string") or exc.pos > len(text) - 16
        return cut and len(text) >= HEAD
    except ValueError:
        return False
