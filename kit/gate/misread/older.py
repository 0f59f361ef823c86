"""Text of older encodings (GB 18030, Big5, Shift-JIS, EUC-KR, Windows-1251) that was read as a Western one.

Bytes do not tell here, but what comes out does: characters that are common in its language, and next to nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from kit.gate.misread.one_byte import bytes_of

_FEWEST = 4  # signs above ASCII: fewer tell nothing
_SIGNS = frozenset("，。、；：？！（）“”‘’《》…—·\u3000％～「」『』【】")


def mender(codec: str, fits: Callable[[str], bool]) -> Callable[[str], str]:
    """Return what makes the text that was written in `codec` of one that was read as Windows-1252 or Latin-1.

    Parameters
    ----------
    codec : str
        As Python calls it.
    fits : callable
        Is this text that people write in its language?
    """

    def mend(text: str) -> str:
        data = _western_bytes(text)
        if data is None or sum(byte > 0x7F for byte in data) < _FEWEST or _is_utf8(data):
            return text
        try:
            came = data.decode(codec)
        except UnicodeDecodeError:
            return text
        return came if fits(came) else text

    return mend


def _western_bytes(text: str) -> bytes | None:
    table = bytes_of("cp1252")
    found = bytearray()
    for char in text:
        code = ord(char) if char < "\x80" else table.get(char, ord(char))
        if code > 0xFF:
            return None
        found.append(code)
    return bytes(found)


def _is_utf8(data: bytes) -> bool:
    """Is this UTF-8 from beginning to end? Text of other encodings hardly ever is, though parts of it may be."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@cache
def is_common(char: str) -> bool:
    """Is this one of the 3,755 characters of the first level of GB 2312, which make up nearly all Chinese text?"""
    try:
        data = char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(data) == 2 and 0xB0 <= data[0] <= 0xD7


def common_share(chars: list[str]) -> float:
    """Return the share of `chars` that is common in Chinese."""
    return sum(map(is_common, chars)) / max(len(chars), 1)


def han(text: str) -> list[str]:
    """Return the Chinese characters of a text."""
    return [char for char in text if "一" <= char <= "鿿"]


def _foreign(came: str) -> tuple[list[str], bool]:
    """Return what is not ASCII, and whether hardly any Latin letter is left beside it."""
    others = [char for char in came if char > "\x7f"]
    latin = sum(char.isalpha() and char <= "\x7f" for char in came)
    return others, latin <= 0.2 * len(others)


def chinese(came: str) -> bool:
    """Is this Chinese as it is written with simplified characters?"""
    others, pure = _foreign(came)
    found = han(came)
    signs = sum(char in _SIGNS for char in others)
    usual = common_share(found) >= (0.7 if pure else 0.9)
    return len(found) >= (2 if pure else 4) and usual and len(found) + signs >= 0.9 * len(others)


def traditional(came: str) -> bool:
    """Is this Chinese as it is written with traditional characters?"""
    others, pure = _foreign(came)
    found = han(came)
    signs = sum(char in _SIGNS for char in others)
    if not pure or len(found) < 3 or len(found) + signs < 0.9 * len(others):
        return False
    frequent = sum(0xA4 <= char.encode("big5", "replace")[0] <= 0xC6 for char in found)
    return frequent >= 0.9 * len(found)


def korean(came: str) -> bool:
    """Is this Korean?"""
    others, _pure = _foreign(came)
    hangul = sum("가" <= char <= "힣" for char in others)
    return hangul >= 4 and hangul + sum(char in _SIGNS for char in others) >= 0.95 * len(others)


def japanese(came: str) -> bool:
    """Is this Japanese: syllables among the characters, or common characters alone?"""
    others, pure = _foreign(came)
    kana = sum("ぁ" <= char <= "ヿ" for char in others)
    found = han(came)
    signs = sum(char in _SIGNS for char in others)
    if len(others) < 3 or kana + len(found) + signs < 0.9 * len(others):
        return False
    frequent = sum(0x88 <= char.encode("shift_jis", "replace")[0] <= 0x97 for char in found)
    return kana >= 0.3 * len(others) or (pure and len(found) >= 4 and frequent >= 0.9 * len(found))


def cyrillic(came: str) -> bool:
    """Is this Russian or Bulgarian: words of Cyrillic letters, with capitals only where they belong?"""
    words = re.findall(r"[^\W\d_]+", came)
    found = [word for word in words if all("А" <= char <= "я" or char in "Ёё" for char in word)]
    natural = sum(word[1:] == word[1:].lower() or word.isupper() for word in found)
    letters = sum(map(len, words))
    return sum(map(len, found)) >= max(0.6 * letters, 4) and natural >= 0.9 * len(found)
