"""Whether a sentence that a model wrote may stand: what it says must be in the facts, part by part.

A small model writes fluent sentences with numbers of its own, and puts the number of one fact beside the words of
another. So each number has to be one of the facts, no other disposition may be named, no party may be made up, a rule
goes with its own share, and all words of a part of the sentence have to come from one single fact; else the template
stands alone, and the reader is told. That the parts are true does not make them a good reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kit.i18n import _
from kit.verticals.finance.alert import DISPOSITIONS
from kit.verticals.finance.claims import borne, claims, facts_in, numbers

_WORD = re.compile(r"[^\W\d_]+")
_NAMED = re.compile(r"\b[A-Z]-?\d+\b")
_RATED = re.compile(r"\b(R\d+)\b[^.,;%]*?(?:, right[^.,;%]*?)?(\d+)\s?%")  # a rule, and how often it was right
_LONGEST, _SHORTEST = 60, 4  # words


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
    allowed = numbers(facts)
    strange = sorted(numbers(text) - allowed)
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
    return Checked(text, _unborne(text, facts, disposition))


def _unborne(text: str, facts: str, disposition: str) -> str:
    """Return which part of a sentence no single fact says, or how it contradicts itself; "" where all is well."""
    known = facts_in(facts)
    parts = claims(text)
    if not parts:
        return _("it names no fact")
    if len(set(parts)) < len(parts):
        return _("it repeats itself")
    strange = [part for part in parts if not borne(part, known)]
    if strange:
        return _("no fact says “{part}”").format(part=strange[0])
    if disposition == "release" and re.search(r"\bR\d+\b", text) and "although" not in text.lower():
        return _("it gives a rule that fired as a reason to release")
    return ""
