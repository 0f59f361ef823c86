"""In which script a text is written, by the blocks of Unicode, and words that mix letters which look alike."""

from __future__ import annotations

import re
from functools import cache

# Letters of each script; the blocks that hold nearly all of what is written today (Unicode 16, Blocks.txt).
_RANGES = {
    "Latin": "A-Za-zªºÀ-ÖØ-öø-ʯḀ-ỿＡ-Ｚａ-ｚ",
    "Han": "㐀-䶿一-鿿豈-﫿\U00020000-\U000323af々〇",
    "Kana": "ぁ-ゖァ-ヺㇰ-ㇿｦ-ﾝー",
    "Hangul": "ᄀ-ᇿㄱ-ㆎ가-힣",
    "Cyrillic": "Ѐ-ԯᲀ-ᲊⷠ-ⷿꙀ-ꚟ",
    "Greek": "Ͱ-ͽͿ-Ͽἀ-῾",
    "Arabic": "ؠ-يٮ-ۿݐ-ݿࢠ-ࣿﭐ-﷿ﹰ-ﻼ",
    "Hebrew": "א-ת",
    "Devanagari": "ऄ-ॿ",
    "Bengali": "ঀ-৿",
    "Gurmukhi": "਀-੿",
    "Gujarati": "઀-૿",
    "Odia": "଀-୿",
    "Tamil": "஀-௿",
    "Telugu": "ఀ-౿",
    "Kannada": "ಀ-೿",
    "Malayalam": "ഀ-ൿ",
    "Sinhala": "඀-෿",
    "Thai": "ก-ๆ",
    "Lao": "ກ-ໝ",
    "Tibetan": "ༀ-࿿",
    "Myanmar": "က-႟",
    "Georgian": "Ⴀ-ჿ",
    "Ethiopic": "ሀ-፼",
    "Khmer": "ក-៹",
    "Armenian": "Ա-և",
}

# Cyrillic and Greek letters that look like Latin ones (from confusables.txt of Unicode TS 39).
_ALIKE = frozenset("аеорсухіјѕһԁԛԝӏАВЕЅІЈКМНОРСТХУҮΑΒΕΖΗΙΚΜΝΟΡΤΥΧο")
_LATIN_ALIKE = frozenset("aeopcyxijshdqwlABESIJKMHOPCTXYo")
_MIXED = re.compile(
    rf"(?<![^\W\d_])(?=[{_RANGES['Latin']}{_RANGES['Cyrillic']}]*[{_RANGES['Latin']}])"
    rf"(?=[{_RANGES['Latin']}]*[{_RANGES['Cyrillic']}Ͱ-Ͽ])[^\W\d_]{{3,}}"
)


@cache
def _pattern(script: str) -> re.Pattern[str]:
    return re.compile(f"[{_RANGES[script]}]+")


def letters(text: str) -> dict[str, int]:
    """Return how many letters of each script a text has, the most first."""
    scripts = ("Latin",) if text.isascii() else tuple(_RANGES)
    counts = {script: sum(map(len, _pattern(script).findall(text))) for script in scripts}
    found = sorted(((n, script) for script, n in counts.items() if n), reverse=True)
    return {script: n for n, script in found}


def look_alike(text: str) -> int | None:
    """Return where a word begins (from 0) in which letters of two scripts look alike, or None.

    Such a word reads as another one than it is: "pаypal" with a Cyrillic а. Signs of science (µm, β2) are none.
    """
    if text.isascii():
        return None
    for match in _MIXED.finditer(text):
        word = match[0]
        latin = [char for char in word if char < "\u0250"]
        others = [char for char in word if "\u0370" <= char <= "\u052f"]
        if len(latin) + len(others) < len(word):
            continue
        fewer, like = (others, _ALIKE) if len(others) <= len(latin) else (latin, _LATIN_ALIKE)
        if fewer and all(char in like for char in fewer):
            return match.start()
    return None
