"""A stretch of what a run printed, cut at whole characters."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

from kit.errors import ParameterError
from kit.i18n import _
from kit.widgets.copying import printable

MOST = 64 * 1024  # bytes in one answer
_LEAST = 16  # a character takes four


def stretch(path: Path, *, offset: int, limit: int, over: bool) -> dict[str, Any]:
    """Return part of the log at `path` and where the next part begins.

    Parameters
    ----------
    path : Path
        Need not exist.
    offset : int, bytes
        Where to begin; below 0, so many from the end.
    limit : int, bytes
        At most so many, 16 to 65,536.
    over : bool
        Has the run ended? Then half a character at the end stays one.

    Raises
    ------
    ParameterError
        `limit` is out of range.
    """
    if not _LEAST <= limit <= MOST:
        raise ParameterError(
            "limit", limit, allowed=_("a whole number from {low} to {high}").format(low=_LEAST, high=MOST)
        )
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            begin = min(offset, size) if offset >= 0 else max(size + offset, 0)
            file.seek(begin)
            data = file.read(limit)
    except FileNotFoundError:
        size, begin, data = 0, 0, b""
    if offset < 0 and begin:
        cut = len(data) - len(data.lstrip(bytes(range(0x80, 0xC0))))  # it began inside a character
        begin, data = begin + min(cut, 3), data[min(cut, 3) :]
    text, taken = _decoded(data, final=over and begin + len(data) >= size)
    return {"text": printable(text), "offset": begin, "next": begin + taken, "bytes": size, "over": over}


def _decoded(data: bytes, *, final: bool) -> tuple[str, int]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(data, final)
    pending: bytes = decoder.getstate()[0]
    return text, len(data) - len(pending)
