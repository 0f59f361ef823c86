"""Take many texts apart into words at once, each with a hash; no loop over words in Python.

A word is a run of letters and digits; ``3.5`` and ``-5`` are one word, and so is a single character of a script that
puts no blanks between words, and a sign that carries meaning (``<``, ``%``, ``€``, an emoji). Other punctuation and
apostrophes do not count, and case and width do not (NFKC, case folding). A word that is written twice in a row counts
once.

Hashes are polynomials over the characters, taken as differences of one running sum (Karp and Rabin 1987), modulo 2^64
with an odd base, so that its powers have inverses; a last mixing spreads them over all bits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEPARATOR, LETTER, DIGIT, ALONE = range(4)
_PLANES = 0x32400  # nothing beyond is written
_BASE = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(31)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_APOSTROPHES = {ord(sign): None for sign in "'’ʼ`"}
_SIGNS = {"Sm", "Sc", "So"}  # of Unicode: mathematical, of currency, others such as emoji
_SIGNS_TOO = "%‰°"
_NO_SIGNS = "|~¦"  # they draw tables
_JOINING = np.array([ord(sign) for sign in " \t-_/&'’"], np.uint32)
_BLANKLESS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Japanese kana
    (0x3400, 0x9FFF),  # Chinese characters
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)


@dataclass(frozen=True)
class Words:
    """The words of some texts, one text after the other.

    Parameters
    ----------
    hashes : array of uint64, shape (w,)
        Of each word.
    texts : array of int64, shape (w,)
        Which text a word stands in.
    numeral, alone : array of bool, shape (w,)
        Is there a digit in it? Is it a character that is a word of its own?
    starts, ends : array of int64, shape (w,)
        Where a word stands in `joined`.
    count : int
        Texts.
    joined : str
        All texts in the form that was read.
    """

    hashes: NDArray[Any]
    texts: NDArray[Any]
    numeral: NDArray[Any]
    alone: NDArray[Any]
    starts: NDArray[Any]
    ends: NDArray[Any]
    count: int
    joined: str

    def bounds(self) -> NDArray[Any]:
        """Return where the words of each text begin, and after the last where they end; shape (texts + 1,)."""
        return np.searchsorted(self.texts, np.arange(self.count + 1))

    def strings(self) -> list[list[str]]:
        """Return the words of each text as strings."""
        found: list[list[str]] = [[] for _text in range(self.count)]
        for text, start, end in zip(self.texts.tolist(), self.starts.tolist(), self.ends.tolist(), strict=True):
            found[text].append(self.joined[start:end])
        return found


def words_of(texts: Sequence[str]) -> Words:
    """Return the words of `texts`."""
    forms = [_form(text) for text in texts]
    joined = "\n".join(forms) + "\n"
    codes = codes_of(joined)
    kinds = _classes(codes)
    inside = (kinds == LETTER) | (kinds == DIGIT)
    before, after = np.r_[False, inside[:-1]], np.r_[inside[1:], False]
    single = kinds == ALONE
    starts = np.flatnonzero((inside & ~before) | single)
    ends = np.flatnonzero((inside & ~after) | single) + 1
    hashes = mixed(spans(codes.astype(np.uint64) + np.uint64(1), starts, ends))
    text_ends = np.cumsum([len(form) + 1 for form in forms])
    owner = np.searchsorted(text_ends, starts, side="right")
    digits = np.zeros(len(codes) + 1, np.int32)
    np.cumsum(kinds == DIGIT, out=digits[1:])
    numeral, alone = digits[ends] > digits[starts], single[starts]
    keep = np.ones(len(hashes), bool)
    keep[1:] = (hashes[1:] != hashes[:-1]) | (owner[1:] != owner[:-1]) | numeral[1:] | alone[1:]
    kept = [each[keep] for each in (hashes, owner, numeral, alone, starts, ends)]
    return Words(kept[0], kept[1], kept[2], kept[3], kept[4], kept[5], len(forms), joined)


def codes_of(text: str) -> NDArray[Any]:
    """Return the code points of `text`, in as few bytes as it allows."""
    if text.isascii():
        return np.frombuffer(text.encode(), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Return `values` in rising order, each once; several times as fast as `numpy.unique`, which hashes."""
    values = np.sort(values)
    found: NDArray[Any] = values[np.r_[True, values[1:] != values[:-1]]] if len(values) else values
    return found


def set_off(words: Words, first: NDArray[Any], last: NDArray[Any]) -> NDArray[Any]:
    """Is each run of words ``first:last`` set off, on both sides, by punctuation or an end of its text?"""
    codes = codes_of(words.joined)
    parting = np.r_[0, np.cumsum((_classes(codes) == SEPARATOR) & ~np.isin(codes, _JOINING))]
    before, after = np.r_[0, words.ends[:-1]][first], np.r_[words.starts[1:], len(codes)][last - 1]
    begins = (parting[words.starts[first]] > parting[before]) | (before == 0)
    found: NDArray[Any] = begins & (parting[after] > parting[words.ends[last - 1]])
    return found


def spans(
    values: NDArray[Any], starts: NDArray[Any], ends: NDArray[Any], origins: NDArray[Any] | None = None
) -> NDArray[Any]:
    """Return a hash of each span ``values[start:end]``, whatever stands before it; shape of `starts`.

    With `origins` (at most `starts`) it is what the span adds to the hash of one that begins there.
    """
    power, inverse = _powers(1 << max(len(values), 1).bit_length())
    running = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * power[: len(values)], out=running[1:])
    found: NDArray[Any] = (running[ends] - running[starts]) * inverse[starts if origins is None else origins]
    return found


def mixed(values: NDArray[Any]) -> NDArray[Any]:
    """Return `values` with all bits depending on all (the finish of splitmix64, Steele et al. 2014)."""
    values = (values ^ (values >> _SHIFT)) * _MIX
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: NDArray[Any] = values ^ (values >> _SHIFT)
    return found


def _form(text: str) -> str:
    if text.isascii():
        form = text.lower().replace("'", "").replace("`", "")
    else:
        form = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    return _THOUSANDS.sub("", form) if "," in form else form


def _classes(codes: NDArray[Any]) -> NDArray[Any]:
    """Return what each character is; a point within a number and a minus before one belong to it."""
    kinds = _table().take(codes if codes.dtype == np.uint8 else np.minimum(codes, _PLANES - 1))
    digit = kinds == DIGIT
    next_digit = np.r_[digit[1:], False]
    point = ((codes == ord(".")) | (codes == ord(","))) & np.r_[False, digit[:-1]] & next_digit
    minus = (codes == ord("-")) & next_digit & np.r_[True, (kinds == SEPARATOR)[:-1]]
    return np.where(point | minus, np.uint8(DIGIT), kinds)


@cache
def _table() -> NDArray[Any]:
    table = np.zeros(_PLANES, np.uint8)
    for code in range(_PLANES):
        letter = chr(code)
        kind = unicodedata.category(letter)
        if kind in ("Nd", "Nl", "No"):
            table[code] = DIGIT
        elif kind[0] == "L" or kind in ("Mn", "Mc"):
            table[code] = LETTER
        elif (kind in _SIGNS or letter in _SIGNS_TOO) and letter not in _NO_SIGNS:
            table[code] = ALONE
    for first, last in _BLANKLESS:
        part = table[first : last + 1]
        part[part == LETTER] = ALONE
    return table


_POWERS: dict[int, tuple[NDArray[Any], NDArray[Any]]] = {}


def _powers(length: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the powers of the base and their inverses modulo 2^64, at least `length` of them."""
    for known, powers in _POWERS.items():
        if known >= length:
            return powers
    inverse = pow(_BASE, -1, 2**64)
    both = []
    for base in (_BASE, inverse):
        factors = np.full(length, base, np.uint64)
        factors[0] = 1
        both.append(np.cumprod(factors))
    _POWERS.clear()  # the longest serves all
    _POWERS[length] = (both[0], both[1])
    return _POWERS[length]
