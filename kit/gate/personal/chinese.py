"""Names in Chinese text: a surname, one or two characters that are given as names, and what stands around them.

Chinese has neither capitals nor blanks, so most pairs of characters that begin with a surname are plain words. A name
is believed by what stands before it, what stands behind it, and how usual its characters are in names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.gate.personal.words import either, letters, words

HAN = re.compile(r"[一-鿿]")

_COMMON = letters("surnames_common")
_OTHERS = words("surnames")
_SINGLE = _COMMON | {name for name in _OTHERS if len(name) == 1}
_DOUBLE = {name for name in _OTHERS if len(name) == 2}
_DOUBTFUL = letters("doubtful")
_GIVEN = letters("given")
_WORDS, _TAILS = words("words"), words("tails")
_NO_NAME = frozenset("的了是在不有我你他她它们这那个们就也都很吗呢吧啊呀么与及或但而又被把给让从对向于因为")

_LABEL = re.compile(rf"{either('zh_labels')}\s*[:：]\s*$")
_ROLE = re.compile(rf"{either('zh_roles')}\s*[：:（(]?\s*$")
_LINK = re.compile(rf"{either('zh_links')}$")
_OPEN = re.compile(r"(?:^|[\s，。、；：！？,.;:!?（）()“”\"'《》\[\]|/])$")
_TITLE = re.compile(rf"\s*{either('zh_titles')}")
_DOES = re.compile(rf"\s*{either('zh_does')}")
_REACHED = re.compile(r"\s*[,，:：]?\s*(?:\+?\d{7,}|1[3-9]\d-\d|[\w.]+@)")


def names(text: str) -> Iterator[tuple[int, int]]:
    """Yield where names of people stand in a text, in order and without overlaps."""
    at = 0
    for match in HAN.finditer(text):
        start = match.start()
        if start < at:
            continue
        length = _length(text, start)
        if length:
            at = start + length
            yield start, at


def _length(text: str, start: int) -> int:
    """Return how many characters the name at `start` has; 0 where none begins."""
    family = 2 if text[start : start + 2] in _DOUBLE else 1 if text[start] in _SINGLE else 0
    if not family or text[start : start + 2] in _WORDS:
        return 0
    before = text[max(start - 12, 0) : start]
    options = [family + given for given in (2, 1) if _is_han(text, start, start + family + given)]
    scores = {length: _score(text, start, family, length, before) for length in options}
    best = max(scores, key=lambda length: scores[length], default=0)
    return best if best and scores[best] >= 1 else 0


def _score(text: str, start: int, family: int, length: int, before: str) -> float:
    """Return how much speaks for a name of this length: from 1 it is one."""
    end = start + length
    given, rest = text[start + family : end], text[end : end + 12]
    if given[0] in _NO_NAME or given[-1] in _NO_NAME or _splits_a_word(given[-1], rest):
        return 0.0
    usual = sum(character in _GIVEN for character in given) / len(given)
    form = usual + (family == 2 or text[start] in _COMMON)
    longer = 0.1 * (length - family) * usual  # of two readings that are as good, the one that takes all
    led, followed = _led(before, text[start]), _followed(rest)
    if led == 3:
        believed = True
    elif led == 2:
        plain = text[start] in _DOUBTFUL and length == 2
        believed = (usual == 1 and not plain) or (usual > 0 and followed > 0)
    elif followed == 2:
        whole = form == 2 and length - family == 2 and text[max(start - 1, 0) : start + 1] not in _TAILS
        believed = whole or (led > 0 and form >= 1)
    else:
        believed = form == 2 and led > 0 and followed > 0
    return 1 + form + longer if believed else 0.0


def _led(before: str, first: str) -> int:
    """How clearly do the words before it lead to a name: 3 by a label, 2 by a role, 1 by a sign or a verb, 0 not?"""
    if _LABEL.search(before):
        return 3
    if _ROLE.search(before):
        return 2
    if before and before[-1] + first in _TAILS:
        return 0
    return int(bool(_LINK.search(before) or _OPEN.search(before)))


def _followed(rest: str) -> int:
    """How clearly do the words behind it speak of a person: 2 by a title, 1 by what people do or a number, 0 not?"""
    if _TITLE.match(rest):
        return 2
    return int(bool(_DOES.match(rest) or _REACHED.match(rest)))


def _splits_a_word(last: str, rest: str) -> bool:
    """Does the last character belong to a word that goes on behind the name?"""
    if not rest:
        return False
    found = _DOES.match(last + rest) or _TITLE.match(last + rest)
    return found is not None and found.end() > 1


def _is_han(text: str, start: int, end: int) -> bool:
    return end <= len(text) and all("一" <= character <= "鿿" for character in text[start:end])
