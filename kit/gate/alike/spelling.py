"""What two words have to do with each other: a slip of the pen, another form, or another word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Relation = Literal["slip", "form", "number", "opposite", "other"]

_SHORTEST = 4  # letters: in shorter words one letter makes another word
_STEM = 3
_ENDINGS = frozenset(
    ["", "s", "es", "e", "ed", "d", "ing", "er", "ers", "ly", "y", "ies", "ied", "al", "ion", "ions", "n", "en"]
)
_ROMAN = re.compile(r"(?=[ivx])(x{0,3})(ix|iv|v?i{0,3})")
_HAN_NUMBERS = frozenset("〇零一二三四五六七八九十百千万亿两半双单")
_DENYING = (
    "no not non none never nor neither without cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt "
    "shouldnt couldnt hasnt havent hadnt 不 没 无 未 非 别 莫 勿 否"
)
_POLES = (  # in pairs
    "on off up down in out over under above below left right before after high low more less most least positive "
    "negative true false open closed start stop increase decrease increases decreases rise fall rises falls rose fell "
    "gain loss gains losses good bad male female minimum maximum min max buy sell first last hot cold higher lower "
    "高 低 上 下 左 右 前 后 大 小 多 少 阴 阳 男 女 开 关"
)
_OTHER_POLE = dict(zip(_POLES.split()[::2], _POLES.split()[1::2], strict=True))
_OTHER_POLE |= {b: a for a, b in _OTHER_POLE.items()}
_DENIED = frozenset(_DENYING.split())
_DATE_WORDS = (
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday"
)
_DATES = frozenset(_DATE_WORDS.split())
_PREFIXES = (
    ("hypo", "hyper"), ("intra", "inter"), ("pre", "post"), ("macro", "micro"), ("ante", "anti"), ("im", "ex"),
    ("in", "ex"), ("under", "over"), ("up", "down"), ("in", "out"), ("homo", "hetero"), ("mono", "poly"), ("uni", "bi"),
    ("brady", "tachy"), ("ab", "ad"), ("fe", ""), ("wo", ""),
)  # fmt: skip
_DENIALS = frozenset(["un", "in", "im", "ir", "il", "non", "dis", "a", "an", "de", "mis", "anti", "re", "pre", "sub"])


def relation(one: str, other: str, *, known: bool) -> Relation:
    """Return how two words that stand in the same place of two texts are related.

    Parameters
    ----------
    one, other : str
        Different, as `kit.gate.alike.words` gives them.
    known : bool
        Do both stand in other texts too? Then a difference of a letter is hardly a slip.

    Returns
    -------
    {"slip", "form", "number", "opposite", "other"}
    """
    if is_number(one) or is_number(other):
        return "number" if has_digit(one) or has_digit(other) or (is_number(one) and is_number(other)) else "other"
    if one in _DATES and other in _DATES:
        return "number"
    if _denied(one, other):
        return "opposite"
    slip = not known and one_edit(one, other)
    if denies(one) or denies(other):
        return "slip" if slip and min(len(one), len(other)) > _SHORTEST else "opposite"
    if one in _OTHER_POLE and other in _OTHER_POLE:
        return "form" if _same_stem(one, other) else "opposite"
    if min(len(one), len(other)) < _SHORTEST:
        return "form" if _same_stem(one, other) else "other"
    if slip or (swapped(one, other) and len(one) > _SHORTEST):
        return "slip"
    return "form" if _same_stem(one, other) else "other"


def is_number(word: str) -> bool:
    """Is it a number or a name like one: with a digit, a Roman or Chinese numeral, a single letter?"""
    if len(word) == 1:
        return word.isdigit() or word in _HAN_NUMBERS or (word.isascii() and word.isalpha())
    return has_digit(word) or bool(_ROMAN.fullmatch(word))


def has_digit(word: str) -> bool:
    """Is there a digit in it?"""
    return any(c.isdigit() for c in word)


def is_date(word: str) -> bool:
    """Is it the name of a month or a day of the week, and nothing else?"""
    return word in _DATES and word not in ("may", "march")


def denies(word: str) -> bool:
    """Does the word turn what is said around?"""
    return word in _DENIED


def opposed(one: Iterable[str], other: Iterable[str]) -> bool:
    """Has one text a word whose opposite stands in its place in the other, such as "rises" and "falls"?"""
    first, second = set(one), set(other)
    return any(_OTHER_POLE.get(word) in second - first for word in first - second)


def swapped(one: str, other: str) -> bool:
    """Are two neighbouring letters in the other order, and is nothing else different?"""
    if len(one) != len(other) or one == other:
        return False
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    return (
        len(places) == 2
        and places[1] == places[0] + 1
        and one[places[0]] == other[places[1]]
        and one[places[1]] == other[places[0]]
    )


def one_edit(one: str, other: str) -> bool:
    """Is one letter more, missing, other (but the first), or are two neighbours swapped (Damerau 1964)?"""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    front = _common(one, other)
    rest, longer = one[front:], other[front:]
    if len(one) < len(other):
        return rest == longer[1:]
    replaced = rest[1:] == longer[1:] and front > 0 and len(one) > _SHORTEST  # torn and worn are two words
    return replaced or swapped(one, other)


def _same_stem(one: str, other: str) -> bool:
    front = _common(one, other)
    return any(one[stem:] in _ENDINGS and other[stem:] in _ENDINGS for stem in range(front, _STEM - 1, -1))


def _denied(one: str, other: str) -> bool:
    """Do the words differ in a prefix that turns the meaning around (hypo-, hyper-; un-)?"""
    pairs = (*_PREFIXES, *((denial, "") for denial in _DENIALS))
    return any(
        a.startswith(first)
        and b.startswith(second)
        and len(a) - len(first) >= _STEM
        and a[len(first) :] == b[len(second) :]
        for first, second in pairs
        for a, b in ((one, other), (other, one))
    )


def _common(one: Iterable[str], other: Iterable[str]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
