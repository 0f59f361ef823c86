"""UTF-8 that was read as GB 18030: 你好 became 浣犲ソ, café became caf茅."""

from __future__ import annotations

import unicodedata

from kit.gate.misread.older import common_share, han


def mended(text: str) -> str:
    """Return a text as it was before it was read as GB 18030, or the same text where it was not."""
    found = han(text)
    if not found:
        return text
    try:
        came = text.encode("gb18030").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text
    return came if _better(found, came) else text


def _better(before: list[str], came: str) -> bool:
    """Are there common characters, or words of an alphabet, where rare characters were?"""
    others = [char for char in came if char > "\x7f"]
    if any(unicodedata.category(char) in ("Cn", "Cs", "Co", "Cc", "Mn") for char in others):
        return False
    after = han(came)
    if after:
        return len(after) >= 2 and common_share(after) >= 0.9 and common_share(before) < 0.75
    letters = [char for char in others if char.isalpha()]
    if all(char < "\u0250" for char in letters):
        return all(_in_a_word(came, place) for place, char in enumerate(came) if char > "\x7f" and char.isalpha())
    one_alphabet = len({unicodedata.name(char, "").split()[0] for char in letters}) == 1
    return one_alphabet and len(letters) >= 6 and common_share(before) < 0.75


def _in_a_word(came: str, place: int) -> bool:
    beside = came[max(place - 1, 0) : place] + came[place + 1 : place + 2]
    return any(char.isalpha() for char in beside) and any(char.isalpha() and char < "\x80" for char in came)
