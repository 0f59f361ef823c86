"""UTF-8 that was read in an encoding of one byte for each character: é became Ã©, п became Рї.

UTF-8 gives itself away: a byte that begins a character is followed by a fixed number of others, and letters of real
text seldom happen to look so. Where they may (é before a closing », Ã before a quote), only company or the letters
around them decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

Sure = Callable[[str, "re.Match[str]", str], bool]

# Signs that stand behind letters in real text as well: quotes, dashes, dots, marks, and letters of cp1252's own.
_QUOTES = frozenset("\xa0‘’“”…–—«»‹›•")
_DOUBTFUL = _QUOTES | frozenset("™®©°ºª§·´¨¹²³šžœŸŠŽŒ")
_AFTER_A_HAT = frozenset("€‚ƒ„†‡ˆ‰Š˜™›") | {chr(code) for code in range(0x80, 0xA0)}  # â before these is no letter
# Blocks that hardly anybody writes, and into which real letters with signs behind them fall.
_RARE = ((0x0250, 0x02FF), (0x0700, 0x08FF), (0x1400, 0x18AF), (0xA000, 0xABFF))


@cache
def bytes_of(codec: str) -> dict[str, int]:
    """Return the byte of each character of `codec`; control signs stand for the bytes that mean nothing in it."""
    table = {chr(code): code for code in range(0x80, 0xA0)}
    for code in range(0x80, 0x100):
        table[bytes([code]).decode(codec, "ignore") or chr(code)] = code
    return table


@cache
def _runs(codec: str) -> re.Pattern[str]:
    """Return what matches one or more characters of UTF-8 that were read in `codec`."""
    kinds = []
    for span in (range(0xC2, 0xE0), range(0xE0, 0xF0), range(0xF0, 0xF5), range(0x80, 0xC0)):
        kinds.append("".join(re.escape(char) for char, code in bytes_of(codec).items() if code in span))
    two, three, four, more = kinds
    return re.compile(f"(?:[{two}][{more}]|[{three}][{more}]{{2}}|[{four}][{more}]{{3}})+")


def mender(codec: str, sure: Sure) -> Callable[[str], str]:
    """Return what makes the text that was written of one that was read in `codec`.

    Parameters
    ----------
    codec : str
        Of one byte for each character.
    sure : callable
        ``sure(text, match, came)``: would nobody write what matched by itself? Then all of it goes back.
    """

    def mend(text: str) -> str:
        found = [(match, came) for match in _runs(codec).finditer(text) if (came := _came(codec, match[0]))]
        if not any(sure(text, match, came) for match, came in found):
            return text
        parts, at = [], 0
        for match, came in found:
            parts += [text[at : match.start()], came]
            at = match.end()
        return "".join(parts) + text[at:]

    return mend


def _came(codec: str, run: str) -> str:
    """Return the characters that `run` was, or "" where nobody writes such."""
    table = bytes_of(codec)
    try:
        came = bytes(table[char] for char in run).decode("utf-8")
    except UnicodeDecodeError:
        return ""
    if any(unicodedata.category(char) in ("Cn", "Cs", "Co") for char in came):
        return ""
    return "" if len(came) == 1 and "\x80" <= came < "\xa0" else came


def western(text: str, match: re.Match[str], came: str) -> bool:
    """Is it surely UTF-8 that was read in Windows-1252 or Latin-1?"""
    run = match[0]
    if any(low <= ord(char) <= high for char in came for low, high in _RARE):
        return len(came) >= 4 and len(set(came)) > 1
    if len(came) == 1 and "\u0400" <= came <= "\u06ff":
        return False  # one letter of Cyrillic, Hebrew or Arabic alone
    if run[0] in "ÃÂ" and (
        run[1] not in _QUOTES or run[1] in "–—“" or not text[max(match.start() - 1, 0) : match.start()].isupper()
    ):
        return True
    if (run[0] == "â" and run[1] in _AFTER_A_HAT) or run.startswith(("ï»¿", "ï¿½", "ðŸ")):
        return True
    if len(came) >= 3 or any(char not in _DOUBTFUL for char in _followers(run, came)):
        return True
    return _inside_a_word(text, match, came)


def _followers(run: str, came: str) -> str:
    """Return the characters of a run that begin no character."""
    followers, at = "", 0
    for char in came:
        length = len(char.encode("utf-8"))
        followers += run[at + 1 : at + length]
        at += length
    return followers


def _inside_a_word(text: str, match: re.Match[str], came: str) -> bool:
    """Does what is doubtful stand within a word, where no quote or dash can stand (KÃ–LN, cÅ“ur, Cá»§a)?"""
    if len(came) > 1 or not came.isalpha():
        return False
    run, behind = match[0], text[match.end() : match.end() + 1].isalpha()
    if "\u1e00" <= came <= "\u1eff":  # Vietnamese
        return run[1] in "º»" and (behind or run[2] not in _QUOTES)
    if len(run) > 2 or came >= "\u0250":
        return False
    return behind and (run[1] not in "’‘" or run[0] in "ÃÅ")


def _letters_of_one_kind(came: str) -> bool:
    return len(came) >= 3 and len(set(came)) > 1 and all(char.isalpha() or not char.isalnum() for char in came)


def _beside_latin(text: str, match: re.Match[str]) -> bool:
    """Does a Latin letter stand right before or behind it?"""
    beside = text[max(match.start() - 1, 0) : match.start()] + text[match.end() : match.end() + 1]
    return any(char.isalpha() and char < "\u0250" for char in beside)


def cyrillic(text: str, match: re.Match[str], came: str) -> bool:
    """Is it surely UTF-8 that was read in Windows-1251: п became Рї, é within Latin letters Г©, a quote вЂњ?"""
    if match[0].startswith(("вЂ", "п»ї")):
        return True
    if came[0].isalpha() and came[0] < "\u0250":
        return match[0][0] > "\u0400" and _beside_latin(text, match)
    return _letters_of_one_kind(came)


def eastern(text: str, match: re.Match[str], came: str) -> bool:
    """Is it surely UTF-8 that was read in Windows-1250: é became Ă©, ł Ĺ‚?"""
    run = match[0]
    if run[0] == "â" and run[1] in _AFTER_A_HAT:
        return True
    if run[0] in "ĂĹÄĆ" and run[1] not in _QUOTES and came[0].isalpha() and came[0] < "\u0250":
        return run[0] in "ĂĹ" or _beside_latin(text, match)
    return _letters_of_one_kind(came)


def quotes(text: str, match: re.Match[str], came: str) -> bool:
    """Is it surely a quote or a dash of UTF-8 that was read where these become ‚Äú and ΓÇ£?"""
    return match[0].startswith(("‚Ä", "‚Ñ", "ΓÇ", "Γä"))


def signs(text: str, match: re.Match[str], came: str) -> bool:
    """Is it surely UTF-8 that was read where letters with accents become lines and sums: √© and ├⌐?"""
    first = match[0][0]
    if first in "√ƒ≈∆├─┼╞" and came[0].isalpha() and came[0] < "\u0250":
        return first in "├┼" or _beside_latin(text, match)
    if first in "┬¬" and len(came) == 1:
        return text[max(match.start() - 1, 0) : match.start()].isalnum()
    return not first.isalpha() and first not in _QUOTES and _letters_of_one_kind(came)
