"""Parts of a sentence and the facts of an alert, as words that can be held against each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from kit.verticals.finance.narrative import clause

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NAMED = re.compile(r"\b[A-Z]-?\d+\b")
_TOKEN = re.compile(r"[A-Z]-?\d+|\d[\d,]*(?:\.\d+)?|[^\W\d_]+")
_COUNTS = {
    "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0,
    "ten": 10.0, "dozen": 12.0, "hundred": 100.0, "thousand": 1000.0, "million": 1e6, "twice": 2.0, "double": 2.0,
}  # fmt: skip
# They say nothing by themselves; "not" and "no" do.
_GLUE = frozenset(
    {
        *("a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with"),
        *("it", "its", "is", "are", "was", "were", "be", "been", "this", "that", "there", "one"),
        *("since", "because", "as", "so", "although", "but"),
    }
)
_LEAD = re.compile(r"^(?:escalate|release|request(?: the document)?)\b[:,]?\s*", re.IGNORECASE)
_BETWEEN = re.compile(r",\s+|;\s*|\s+and\s+")
_RULE = re.compile(r"(R\d+) (\d+)%")

Words = frozenset[str]


def numbers(text: str) -> set[float]:
    """Return the numbers in a text; those that are written as words count, those within names do not."""
    found = {float(each.replace(",", "").rstrip(".")) for each in _NUMBER.findall(_NAMED.sub(" ", text))}
    return found | {_COUNTS[word.lower()] for word in _TOKEN.findall(text) if word.lower() in _COUNTS}


def claims(sentence: str) -> list[str]:
    """Return the parts of a sentence that say something, what is proposed left out.

    >>> claims("Escalate: rule R3 fired, right in 89% of past cases and the device is new.")
    ['rule R3 fired', 'right in 89% of past cases', 'the device is new']
    """
    parts = _BETWEEN.split(_LEAD.sub("", sentence).rstrip(". "))
    return [part for part in parts if _words(part)]


def borne(part: str, facts: Collection[Words]) -> bool:
    """Are all words and numbers of a part of a sentence those of one single fact?"""
    said = _words(part)
    return any(said <= fact for fact in facts)


def facts_in(text: str) -> list[Words]:
    """Return the words of each fact in the text of an alert, as it stands there and as a sentence would say it.

    An amount beside a kind of account is one fact, how often the usual amount it is another: "the account is 12 times
    the usual" is neither.
    """
    sentences = [each.strip() for each in re.split(r"\.(?:\s+|$)", text) if each.strip()]
    if not sentences:
        return []
    return [*_amount(sentences[0]), *(fact for each in sentences[1:] for fact in _facts(each))]


def _amount(sentence: str) -> list[Words]:
    first, *rest = re.split(r",\s+", sentence)
    amount = " ".join(re.findall(r"[\d,.]+ EUR", first))
    return [_words(f"{part} amount") for part in (first, *rest, " ".join([amount, *rest]))]


def _facts(sentence: str) -> Sequence[Words]:
    if sentence.startswith("Rules:"):
        said = [f"rule {name} fired, right in {share}% of past cases" for name, share in _RULE.findall(sentence)]
        return [_words(each) for each in said]
    return [_words(f"{sentence} {clause(sentence)}")]


def _words(text: str) -> Words:
    """Return what a text says as a set: numbers, names, and words without their last s or d."""
    return frozenset(_word(token) for token in _TOKEN.findall(text) if token.lower() not in _GLUE)


def _word(token: str) -> str:
    if token[0].isdigit():
        return f"{float(token.replace(',', '').rstrip('.')):g}"
    low = token.lower()
    return f"{_COUNTS[low]:g}" if low in _COUNTS else re.sub(r"(?<=\w\w)[sd]$", "", low)
