"""Whether a sentence that a model wrote may stand: what it says must be in the facts.

A small model writes fluent sentences with numbers of its own. So each number has to be one of the facts, no other
disposition may be named, no party may be made up, and a rule goes with its own share; else the template stands alone,
and the reader is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kit.i18n import _
from kit.verticals.finance.alert import DISPOSITIONS

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"[^\W\d_]+")
_NAMED = re.compile(r"\b[A-Z]-?\d+\b")
_RATED = re.compile(r"\b(R\d+)\b[^.;%]*?(\d+)\s?%")  # a rule, and how often it was right
_LONGEST, _SHORTEST = 60, 4  # words
_COUNTS = {
    "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0,
    "ten": 10.0, "dozen": 12.0, "hundred": 100.0, "thousand": 1000.0, "million": 1e6, "twice": 2.0, "double": 2.0,
}  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """A sentence that may stand, or why it may not.

    Parameters
    ----------
    text : str
        The sentence, trimmed.
    refused : str
        Why it may not stand, "" where it may.
    """

    text: str
    refused: str = ""


def checked(sentence: str, facts: str, disposition: str, named: Sequence[str] = ()) -> Checked:
    """Return whether a sentence says nothing that is not in the facts.

    Parameters
    ----------
    sentence : str
        What a model wrote.
    facts : str
        What it was told.
    disposition : str
        What is proposed; another one must not be named.
    named : sequence of str
        Names that may occur, such as those of rules.
    """
    text = " ".join(sentence.split())
    words = _WORD.findall(text)
    if not _SHORTEST <= len(words) <= _LONGEST:
        return Checked(text, _("{n} words, where a sentence of {few} to {many} was asked for").format(
            n=len(words), few=_SHORTEST, many=_LONGEST
        ))  # fmt: skip
    allowed = _numbers(facts)
    strange = sorted(_numbers(text) - allowed)
    if strange:
        return Checked(text, _("{number} is in no fact").format(number=f"{strange[0]:g}"))
    others = [each for each in DISPOSITIONS if each != disposition and each in {word.lower() for word in words}]
    if others:
        return Checked(text, _("it names {other}, not {proposed}").format(other=others[0], proposed=disposition))
    made_up = [name for name in _NAMED.findall(text) if name not in named and name not in facts]
    if made_up:
        return Checked(text, _("{name} is in no fact").format(name=made_up[0]))
    mixed = [(name, share) for name, share in _RATED.findall(text) if f"{name} {share}%" not in facts]
    if mixed and "Rules:" in facts:
        return Checked(text, _("{name} with {share} % is in no fact").format(name=mixed[0][0], share=mixed[0][1]))
    if not {word.lower() for word in words if len(word) > 4} & {word.lower() for word in _WORD.findall(facts)}:
        return Checked(text, _("it names no fact"))
    return Checked(text)


def _numbers(text: str) -> set[float]:
    """Return the numbers in a text; those that are written as words count, too."""
    found = {float(each.replace(",", "").rstrip(".")) for each in _NUMBER.findall(_NAMED.sub(" ", text))}
    return found | {_COUNTS[word.lower()] for word in _WORD.findall(text) if word.lower() in _COUNTS}
