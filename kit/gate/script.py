"""In which script a text is written, by the blocks of Unicode, and words that mix letters which look alike."""

from __future__ import annotations

import re
from functools import cache

# Letters of each script; the blocks that hold nearly all of what is written today (Unicode 16, Blocks.txt).
_RANGES = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a",
    "Han": "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af",
    "Kana": "\u3041-\u3096\u30a1-\u30fa\u30fc\u31f0-\u31ff\uff66-\uff9d",
    "Hangul": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "Cyrillic": "\u0400-\u052f\u1c80-\u1c8a\u2de0-\u2dff\ua640-\ua69f",
    "Greek": "\u0370-\u037d\u037f-\u03ff\u1f00-\u1ffe",
    "Arabic": "\u0620-\u064a\u066e-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "Hebrew": "\u05d0-\u05ea\ufb1d-\ufb4f",
    "Devanagari": "\u0900-\u097f",
    "Bengali": "\u0980-\u09ff",
    "Gurmukhi": "\u0a00-\u0a7f",
    "Gujarati": "\u0a80-\u0aff",
    "Odia": "\u0b00-\u0b7f",
    "Tamil": "\u0b80-\u0bff",
    "Telugu": "\u0c00-\u0c7f",
    "Kannada": "\u0c80-\u0cff",
    "Malayalam": "\u0d00-\u0d7f",
    "Sinhala": "\u0d80-\u0dff",
    "Thai": "\u0e00-\u0e7f",
    "Lao": "\u0e80-\u0eff",
    "Tibetan": "\u0f00-\u0fff",
    "Myanmar": "\u1000-\u109f",
    "Georgian": "\u10a0-\u10ff",
    "Ethiopic": "\u1200-\u137f",
    "Khmer": "\u1780-\u17ff",
    "Armenian": "\u0531-\u0587",
}

# Cyrillic and Greek letters that look like Latin ones (from confusables.txt of Unicode TS 39).
_ALIKE = frozenset("аеорсухіјѕһԁԛԝӏАВЕЅІЈКМНОРСТХУҮΑΒΕΖΗΙΚΜΝΟΡΤΥΧο")
_LATIN_ALIKE = frozenset("aeopcyxijshdqwlABESIJKMHOPCTXYo")
_MIXED = re.compile(
    rf"(?<![^\W\d_])(?=[{_RANGES['Latin']}{_RANGES['Cyrillic']}]*[{_RANGES['Latin']}])"
    rf"(?=[{_RANGES['Latin']}]*[{_RANGES['Cyrillic']}{_RANGES['Greek']}])[^\W\d_]{{3,}}"
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
