"""Guess in which encoding a text stands that is not UTF-8: read it in each likely one, and see where it makes sense.

Of the letters that are not ASCII, those that are frequent in a language speak for its encoding, and those that no text
of it has speak against it. Against charset-normalizer 3.5 this was right more often on the few short lines that data
files have of such letters (benchmarked on 14 languages), so there is no dependency on it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import cache

_LOOKED_AT = 1 << 16  # bytes of lines that are not ASCII
_ENOUGH = 0.35  # less than this speaks for no encoding at all
_QUOTES = "–—‘’“”„…€«»°´·•§©®"

# By encoding: the letters beyond ASCII that are frequent in its languages, and those that occur.
_LATIN = {
    "cp1252": ("éèêëàâçîïôùûœæßäöüñáíóúãõåø", "ÉÈÊÀÂÇÎÔÙŒÆÄÖÜÑÁÍÓÚÃÅØìòýÿðþºª¿¡£"),
    "cp1250": ("ąćęłńóśźżáčďéěíňřšťúůýžäöüőűăâîșț", "ĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽÄÖÜŐŰşţđ"),
    "cp1254": ("çğıöşü", "ÇĞİÖŞÜâîû"),
}
_ALPHABETS = {
    "cp1251": ("оеаинтсрвлкмдпу", "бгжзйхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЬЭЮЯЁіїєґ№ф"),
    "koi8_r": ("оеаинтсрвлкмдпу", "бгжзйхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЬЭЮЯЁф"),
    "cp1253": ("αοιετσνηυρπκμλςίόάέήύώω", "βγδζθξφχψϊϋΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏ"),
}
_KANA = re.compile("[ぁ-ヿ]")


def guess(data: bytes) -> str | None:
    """Return the encoding in which `data`, which is not UTF-8, makes most sense, or None where it makes none.

    >>> guess("Straße, café".encode("cp1252"))
    'cp1252'
    >>> guess("病人头痛三天".encode("gb18030"))
    'gb18030'
    >>> guess("Доходы компании выросли".encode("cp1251"))
    'cp1251'
    """
    data = b"\n".join(line for line in data.splitlines() if not line.isascii())[:_LOOKED_AT]
    if not data:
        return None
    wide = {name: _share(text, of) for name, of in _WIDE.items() if (text := _decoded(data, name)) is not None}
    best = max(wide, key=lambda name: wide[name], default=None)
    if best is not None and wide[best] >= 0.8:
        return best
    scores = {name: _latin(text, *_LATIN[name]) for name in _LATIN if (text := _decoded(data, name)) is not None}
    scores |= {
        name: _alphabet(text, *_ALPHABETS[name]) for name in _ALPHABETS if (text := _decoded(data, name)) is not None
    }
    # The first of those that are as good: Western letters are by far the most frequent.
    best = max(scores, key=lambda name: scores[name] - 0.1 * (name != "cp1252"), default=None)
    return best if best is not None and scores[best] >= _ENOUGH else None


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data)  # a character cut at the end is no fault
    except UnicodeDecodeError:
        return None


def _share(text: str, common: Callable[[str], float]) -> float:
    high = "".join(sign for sign in text if sign > "\x7f")
    return common(high) / len(high) if high else 0.0


def _latin(text: str, frequent: str, there: str) -> float:
    """Return how far `text` looks like one of a language that is written in Latin letters with some accents."""
    points, count, run = 0.0, 0, 0
    before = " "
    for sign in text:
        if sign > "\x7f":
            count += 1
            run = run + 1 if sign.isalpha() else 0
            inside = before.isalpha()
            if run > 3 or (sign in "¿¡" and inside) or (sign.isupper() and inside and before.islower()):
                points -= 1
            elif sign in frequent:
                points += 1
            elif sign in there or sign in _QUOTES:
                points += 0.5
            else:
                points -= 1
        else:
            run = 0
        before = sign
    return points / max(count, 1)


def _alphabet(text: str, frequent: str, there: str) -> float:
    """Return how far `text` looks like one whose letters are all beyond ASCII."""
    points, count = 0.0, 0
    before = " "
    for sign in text:
        if sign > "\x7f":
            count += 1
            if (sign.isupper() and before.islower()) or (sign.isalpha() and _is_latin(before)):
                points -= 1
            elif sign in frequent:
                points += 1
            elif sign in there or sign in _QUOTES:
                points += 0.5
            else:
                points -= 1
        elif before > "\x7f" and before.isalpha() and sign.isalpha():
            points -= 1
        before = sign
    return points / max(count, 1)


def _is_latin(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()


@cache
def _signs(encoding: str, first: int, last: int) -> frozenset[str]:
    """Return the characters whose first byte lies between `first` and `last`."""
    pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in range(0x40, 0xFF))
    return frozenset("".join(pair.decode(encoding, "ignore") for pair in pairs))


def _chinese(high: str) -> float:
    common = _signs("gb2312", 0xB0, 0xD7) | _signs("gb2312", 0xA1, 0xA1) | _signs("gb2312", 0xA3, 0xA3)
    return sum(sign in common for sign in high) - 0.5 * len(_KANA.findall(high))


def _traditional(high: str) -> float:
    common = _signs("big5", 0xA4, 0xC6) | _signs("big5", 0xA1, 0xA1)
    return sum(sign in common for sign in high)


def _japanese(high: str) -> float:
    kana = len(_KANA.findall(high))
    if kana < 0.2 * len(high):
        return 0.0
    common = _signs("euc_jp", 0xB0, 0xCF) | _signs("euc_jp", 0xA1, 0xA1)
    return kana + sum(sign in common for sign in high)


def _korean(high: str) -> float:
    common = _signs("euc_kr", 0xB0, 0xC8)
    hangul = sum(sign in common for sign in high)
    return 1.01 * hangul if hangul > 0.9 * len(high) else 0.0


# Korean first, and with a point more: its bytes are frequent Chinese characters too, but not the other way round.
_WIDE: dict[str, Callable[[str], float]] = {
    "cp949": _korean,
    "cp932": _japanese,
    "euc_jp": _japanese,
    "gb18030": _chinese,
    "big5": _traditional,
}
