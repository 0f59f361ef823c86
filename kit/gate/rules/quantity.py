"""What rules limit, as data: how each quantity is counted, and the sentence that tells its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from kit.gate.rules import count
from kit.gate.rules.view import DIGIT, SYMBOL, View
from kit.i18n import N_, _


@dataclass(frozen=True)
class Quantity:
    """Something that a text has more or less of.

    Parameters
    ----------
    told : str
        How its value is told, with {value}; marked for translation.
    of : callable
        Returns it for a `View`.
    kind : {"count", "share", "number"}
        A share lies between 0 and 1.
    example : str
        A sensible limit, as in a rule.
    blankless : bool, default True
        Does it mean something for scripts without blanks between words? Where not, rules of it pass such texts.
    without : {"", "lines", "repeats"}, default ""
        Without what it is 0: several lines, a run of words that stands twice. So most short texts need no counting.
    n : int, default 0
        The words of a run, for `told`.
    """

    told: str
    of: Callable[[View], float]
    kind: Literal["count", "share", "number"]
    example: str
    blankless: bool = True
    without: Literal["", "lines", "repeats"] = ""
    n: int = 0

    def written(self, value: float) -> str:
        """Return a value as people write it."""
        if self.kind == "share":
            percent = 100 * value
            digits = 0 if percent >= 10 or percent == round(percent) else 1
            return _("{percent} %").format(percent=f"{percent:.{digits}f}")
        return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def _share(told: str, of: Callable[[View], float], example: str, **more: Any) -> Quantity:
    return Quantity(told, of, "share", example, **more)


def _of_text(told: str, part: Callable[[View], int], example: str) -> Quantity:
    """A share of the characters that are no blanks."""
    return _share(told, lambda v: count.share(part(v), v.solid), example)


def _of_lines(told: str, ends: Callable[[str], bool], example: str) -> Quantity:
    """A share of lines that begin or end in some way."""
    return _share(told, lambda v: count.lines_that(v, ends), example, without="lines")


def _twice(told: str, pieces: Callable[[View], Sequence[str]], example: str, *, characters: bool = False) -> Quantity:
    """A share of lines or paragraphs that stand twice."""
    return _share(told, lambda v: count.repeated(pieces(v), characters=characters), example, without="lines")


def _run(told: str, of: Callable[..., float], n: int, example: str) -> Quantity:
    """A share of characters in runs of `n` words that stand twice."""
    return _share(told, partial(of, n=n), example, without="repeats", n=n)


def _phrases(told: str, *phrases: str) -> Quantity:
    """How often any of some phrases stands in a text."""
    return Quantity(told, partial(count.phrases, phrases=phrases), "count", "<=0")


_TOP = N_("{value} of its characters are one and the same run of {n} words")
_RUNS = N_("{value} of its characters stand in runs of {n} words that stand twice")
_MEAN = N_("its words have {value} characters on average")
_LONGEST = N_("its longest word has {value} characters")
_LINE_CHARACTERS = N_("{value} of its characters stand in lines that stand twice")
_PARAGRAPH_CHARACTERS = N_("{value} of its characters stand in paragraphs that stand twice")

QUANTITIES: dict[str, Quantity] = {
    "words": Quantity(N_("it has {value} words"), lambda v: v.word_count, "count", ">=3"),
    "characters": Quantity(N_("it has {value} characters"), lambda v: len(v.text), "count", "<=10000"),
    "lines": Quantity(N_("it has {value} lines"), lambda v: len(v.lines), "count", "<=100"),
    "sentences": Quantity(N_("it has {value} sentences"), count.sentences, "count", ">=1"),
    "mean_word_length": Quantity(_MEAN, count.mean_word_length, "number", "<=10", blankless=False),
    "longest_word": Quantity(_LONGEST, count.longest_word, "count", "<=1000", blankless=False),
    "letters": _of_text(N_("{value} of its characters are letters"), lambda v: v.letters, ">=0.5"),
    "digits": _of_text(N_("{value} of its characters are digits"), lambda v: v.kinds.count(DIGIT), "<=0.5"),
    "symbol_share": _of_text(N_("{value} of its characters are symbols"), lambda v: v.kinds.count(SYMBOL), "<=0.3"),
    "capitals": _share(N_("{value} of its letters are capitals"), count.capitals, "<=0.5"),
    "words_with_letters": _share(N_("{value} of its words hold a letter"), count.words_with_letters, ">=0.8"),
    "stop_words": Quantity(N_("it has {value} of the commonest words"), count.stop_words, "count", ">=2"),
    "hashes": _share(N_("it has {value} as many # as words"), count.hashes, "<=0.1"),
    "ellipses": _share(N_("it has {value} as many … as words"), count.ellipses, "<=0.1"),
    "bullet_lines": _of_lines(N_("{value} of its lines begin with a bullet"), count.begins_with_bullet, "<=0.9"),
    "ellipsis_lines": _of_lines(N_("{value} of its lines end with …"), count.ends_with_ellipsis, "<=0.3"),
    "repeated_lines": _twice(N_("{value} of its lines stand twice"), lambda v: v.lines, "<=0.3"),
    "repeated_line_characters": _twice(_LINE_CHARACTERS, lambda v: v.lines, "<=0.2", characters=True),
    "repeated_paragraphs": _twice(N_("{value} of its paragraphs stand twice"), lambda v: v.paragraphs, "<=0.3"),
    "repeated_paragraph_characters": _twice(_PARAGRAPH_CHARACTERS, lambda v: v.paragraphs, "<=0.2", characters=True),
    **{f"top_{n}grams": _run(_TOP, count.top_run, n, "<=0.2") for n in (2, 3, 4)},
    **{f"repeated_{n}grams": _run(_RUNS, count.repeated_runs, n, "<=0.15") for n in (5, 6, 7, 8, 9, 10)},
    "repeated_ngrams": _run(_RUNS, count.repeated_runs, 5, "<=0.2"),
    "placeholders": _phrases(N_("it holds {value} times “lorem ipsum”"), "lorem ipsum"),
    "curly_brackets": Quantity(N_("it holds {value} curly brackets"), lambda v: v.text.count("{"), "count", "<=0"),
    "javascript": _phrases(N_("it holds {value} times “javascript”"), "javascript"),
    "policy_phrases": _phrases(N_("it holds {value} phrases of a cookie or privacy notice"), *count.POLICIES),
}
