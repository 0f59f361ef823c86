"""How much of what two texts say is the same: the score that decides what is a near duplicate.

Sketches only find candidates. Here the words of two texts are laid side by side, and the score is the weight of what
agrees over that plus the cost of what does not. A word weighs by its rarity, so of rows made from one template only
what is filled in counts. What a difference costs depends on what it is (`kit.gate.alike.spelling`): next to nothing for
a slip of the pen or a word written twice, its weight for a word that is missing, three times that for another word, and
so much for another number or a "not" that only long texts remain alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from kit.gate.alike.spelling import denies, is_number, relation

_SLIP, _FORM = 0.15, 0.45  # of the word's weight: what such a difference takes away
_AGAIN, _MOVED = 0.1, 0.3
_OTHER = {"number": 12.0, "opposite": 8.0, "other": 3.0}  # words' weights
_ALONE = 2.0  # where characters stand for words, a text has twice as many
_NEAR = 2  # words: what went no further was swapped
KNOWN = 3  # texts that hold a word which is no slip; a slip may have been copied
_FAR_RARER = 50  # times: so much rarer than the other it is a slip after all


@dataclass(frozen=True)
class Said:
    """The words of a text.

    Parameters
    ----------
    words : sequence of str
    weights : sequence of float
        Of each word, above 0.
    counts : sequence of int
        In how many texts each word stands.
    """

    words: Sequence[str]
    weights: Sequence[float]
    counts: Sequence[int]


@dataclass
class _Sum:
    agreed: float = 0.0
    cost: float = 0.0
    gone: list[tuple[int, int]] = field(default_factory=list)  # place in one text, and where that is in the other
    come: list[tuple[int, int]] = field(default_factory=list)


def likeness(one: Said, other: Said) -> float:
    """Return how alike two texts are: 1 where they have the same words, 0 where they have none in common."""
    total = _Sum()
    usual = _usual(one, other)
    for kind, a, b, c, d in _differences(one.words, other.words):
        if kind == "equal":
            total.agreed += sum(map(min, one.weights[a:b], other.weights[c:d]))
        else:
            _compare(one, other, (a, b, c, d), usual, total)
    _left_over(one, other, usual, total)
    whole = total.agreed + total.cost
    return total.agreed / whole if whole else float(not one.words and not other.words)


def _usual(one: Said, other: Said) -> float:
    """Return what a word of two texts weighs on average; of characters, what two of them do."""
    count = len(one.words) + len(other.words)
    alone = sum(len(word) == 1 and not word.isascii() for said in (one, other) for word in said.words)
    return (sum(one.weights) + sum(other.weights)) / max(count, 1) * (1 + (_ALONE - 1) * alone / max(count, 1))


def _differences(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Return runs of equal and of different words, as `difflib` does; equal ends are cut off first, for speed."""
    front = 0
    shorter = min(len(one), len(other))
    while front < shorter and one[front] == other[front]:
        front += 1
    back = 0
    while back < shorter - front and one[-1 - back] == other[-1 - back]:
        back += 1
    middle = SequenceMatcher(None, one[front : len(one) - back], other[front : len(other) - back], autojunk=False)
    found = [(kind, a + front, b + front, c + front, d + front) for kind, a, b, c, d in middle.get_opcodes()]
    ends = ("equal", len(one) - back, len(one), len(other) - back, len(other))
    return [("equal", 0, front, 0, front), *found, ends]


def _compare(one: Said, other: Said, where: tuple[int, int, int, int], usual: float, total: _Sum) -> None:
    """Add up a run of words in one text that stands where another run stands in the other."""
    a, b, c, d = where
    if "".join(one.words[a:b]) == "".join(other.words[c:d]):  # only the blanks differ
        total.agreed += min(sum(one.weights[a:b]), sum(other.weights[c:d]))
        return
    if _said_twice(other.words, c, d) if a == b else c == d and _said_twice(one.words, a, b):
        total.cost += _AGAIN * usual
        return
    left = list(range(c, d))
    for i in range(a, b):
        j = min((j for j in left if _akin(one, i, other, j)), key=lambda j: abs((j - c) - (i - a)), default=None)
        if j is None:
            total.gone.append((i, c))
            continue
        left.remove(j)
        loss = _FORM if relation(one.words[i], other.words[j], known=True) == "form" else _SLIP
        weight = min(one.weights[i], other.weights[j])
        total.agreed += (1 - loss) * weight
        total.cost += loss * weight
    total.come += [(j, a) for j in left]


def _akin(one: Said, i: int, other: Said, j: int) -> bool:
    counts = sorted((one.counts[i], other.counts[j]))
    known = counts[0] >= KNOWN and counts[1] < _FAR_RARER * counts[0]
    return relation(one.words[i], other.words[j], known=known) in ("slip", "form")


def _said_twice(words: Sequence[str], start: int, end: int) -> bool:
    """Does a run of words say what stands right before or after it?"""
    run, size = words[start:end], end - start
    return run == words[max(start - size, 0) : start] or run == words[end : end + size]


def _left_over(one: Said, other: Said, usual: float, total: _Sum) -> None:
    """Add the cost of words without a counterpart: moved, replaced by others, or missing."""
    come = list(total.come)
    gone = []
    for i, at in total.gone:
        found = next((each for each in come if other.words[each[0]] == one.words[i]), None)
        if found is None:
            gone.append((i, at))
            continue
        come.remove(found)
        near = len(one.words[i]) == 1 and not one.words[i].isascii() and abs(found[0] - at) <= _NEAR
        total.agreed += min(one.weights[i], other.weights[found[0]]) * near
        total.cost += one.weights[i] * (_MOVED if near else 1.0)
    for i, at in gone:
        instead = next((each for each in come if each[1] <= i and abs(each[0] - at) <= len(gone)), None)
        if instead is None:
            total.cost += _missing(one.words[i], one.weights[i], usual)
            continue
        come.remove(instead)
        word, weight = other.words[instead[0]], other.weights[instead[0]]
        total.cost += _replaced(one.words[i], word, max(one.weights[i], weight, usual))
    for j, _at in come:
        total.cost += _missing(other.words[j], other.weights[j], usual)


def _missing(word: str, weight: float, usual: float) -> float:
    if is_number(word) and (len(word) > 1 or word.isdigit()):
        return _OTHER["number"] * max(weight, usual)
    return _OTHER["opposite"] * max(weight, usual) if denies(word) else weight


def _replaced(one: str, other: str, weight: float) -> float:
    related = relation(one, other, known=True)
    return _OTHER[related if related in ("number", "opposite") else "other"] * weight
