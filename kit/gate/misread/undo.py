"""Go back from what was read to what was written, step by step, as long as it surely gets better."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from kit.gate.misread import gb18030, older, one_byte

_ROUNDS = 4  # damage upon damage
_LOST_QUOTE = re.compile("â€\ufffd")  # its last byte means nothing in cp1252, and was lost


class Way(NamedTuple):
    """One way in which a text was damaged: in which encoding it was written, and in which it was read."""

    written: str
    read: str


def undone(text: str) -> tuple[str, list[Way]]:
    """Return a text as it was before it was misread, and how it was; the same text and no way where it was not.

    Parameters
    ----------
    text : str
        Of any length. What cannot be told for sure stays as it is.
    """
    ways: list[Way] = []
    for _round in range(_ROUNDS):
        way, text = (None, text) if text.isascii() else _step(text)
        if way is None:
            break
        ways.append(way)
    return text, ways


def _step(text: str) -> tuple[Way | None, str]:
    for way, mend in _WAYS:
        mended = mend(text)
        if mended != text:
            return way, mended
    return None, text


def _from_controls(text: str) -> str:
    """Return a text of Windows-1252 that was read as Latin-1: quotes and dashes became control signs."""
    return re.sub(r"[\x80-\x9f]", lambda found: bytes([ord(found[0])]).decode("cp1252", "ignore") or found[0], text)


def _closing_quote(text: str) -> str:
    return _LOST_QUOTE.sub("”", text)


# What is surest comes first; texts of older encodings hold pairs that look like UTF-8, and not the other way round.
_WAYS: tuple[tuple[Way, Callable[[str], str]], ...] = (
    (Way("utf-8", "mac-roman"), one_byte.mender("mac_roman", one_byte.quotes)),
    (Way("utf-8", "cp437"), one_byte.mender("cp437", one_byte.quotes)),
    (Way("euc-kr", "cp1252"), older.mender("euc_kr", older.korean)),
    (Way("gb18030", "cp1252"), older.mender("gb18030", older.chinese)),
    (Way("big5", "cp1252"), older.mender("big5", older.traditional)),
    (Way("shift-jis", "cp1252"), older.mender("shift_jis", older.japanese)),
    (Way("cp1251", "cp1252"), older.mender("cp1251", older.cyrillic)),
    (Way("utf-8", "cp1252"), one_byte.mender("cp1252", one_byte.western)),
    (Way("utf-8", "cp1252"), _closing_quote),
    (Way("utf-8", "cp1251"), one_byte.mender("cp1251", one_byte.cyrillic)),
    (Way("utf-8", "cp1250"), one_byte.mender("cp1250", one_byte.eastern)),
    (Way("utf-8", "mac-roman"), one_byte.mender("mac_roman", one_byte.signs)),
    (Way("utf-8", "cp437"), one_byte.mender("cp437", one_byte.signs)),
    (Way("utf-8", "gb18030"), gb18030.mended),
    (Way("cp1252", "latin-1"), _from_controls),
)
