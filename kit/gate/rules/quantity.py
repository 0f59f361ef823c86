"""What rules limit, as data: how each quantity is counted, and the sentence that tells its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

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


QUANTITIES: dict[str, Quantity] = {
    "words": Quantity(N_("it has {value} words"), lambda v: v.word_count, "count", ">=3"),
    "characters": Quantity(N_("it has {value} characters"), lambda v: len(v.text), "count", "<=10000"),
    "lines": Quantity(N_("it has {value} lines"), lambda v: len(v.lines), "count", "<=100"),
    "sentences": Quantity(N_("it has {value} sentences"), count.sentences, "count", ">=1"),
    "mean_word_length": Quantity(
        N_("its words have {value} characters on average"), count.mean_word_length, "number", "<=10", blankless=False
    ),
    "longest_word": Quantity(
        N_("its longest word has {value} characters"), count.longest_word, "count", "<=1000", blankless=False
    ),
    "letters": Quantity(
        N_("{value} of its characters are letters"), lambda v: count.share(v.letters, v.solid), "share", ">=0.5"
    ),
    "digits": Quantity(
        N_("{value} of its characters are digits"),
        lambda v: count.share(v.kinds.count(DIGIT), v.solid),
        "share",
        "<=0.5",
    ),
    "symbol_share": Quantity(
        N_("{value} of its characters are symbols"),
        lambda v: count.share(v.kinds.count(SYMBOL), v.solid),
        "share",
        "<=0.3",
    ),
    "capitals": Quantity(
        N_("{value} of its letters are capitals"),
        lambda v: count.share(sum(map(str.isupper, v.text)), v.letters),
        "share",
        "<=0.5",
    ),
    "words_with_letters": Quantity(
        N_("{value} of its words hold a letter"), count.words_with_letters, "share", ">=0.8"
    ),
    "stop_words": Quantity(N_("it has {value} of the commonest words"), count.stop_words, "count", ">=2"),
    "hashes": Quantity(
        N_("it has {value} as many # as words"),
        lambda v: count.share(v.text.count("#"), v.word_count),
        "share",
        "<=0.1",
    ),
    "ellipses": Quantity(N_("it has {value} as many … as words"), count.ellipses, "share", "<=0.1"),
    "bullet_lines": Quantity(
        N_("{value} of its lines begin with a bullet"),
        lambda v: count.lines_that(v, lambda line: line.startswith(count.BULLETS)),
        "share",
        "<=0.9",
        without="lines",
    ),
    "ellipsis_lines": Quantity(
        N_("{value} of its lines end with …"),
        lambda v: count.lines_that(v, lambda line: line.endswith(count.ELLIPSES)),
        "share",
        "<=0.3",
        without="lines",
    ),
    "repeated_lines": Quantity(
        N_("{value} of its lines stand twice"),
        lambda v: count.repeated(v.lines, characters=False),
        "share",
        "<=0.3",
        without="lines",
    ),
    "repeated_line_characters": Quantity(
        N_("{value} of its characters stand in lines that stand twice"),
        lambda v: count.repeated(v.lines, characters=True),
        "share",
        "<=0.2",
        without="lines",
    ),
    "repeated_paragraphs": Quantity(
        N_("{value} of its paragraphs stand twice"),
        lambda v: count.repeated(v.paragraphs, characters=False),
        "share",
        "<=0.3",
        without="lines",
    ),
    "repeated_paragraph_characters": Quantity(
        N_("{value} of its characters stand in paragraphs that stand twice"),
        lambda v: count.repeated(v.paragraphs, characters=True),
        "share",
        "<=0.2",
        without="lines",
    ),
    **{
        f"top_{n}grams": Quantity(
            N_("{value} of its characters are one and the same run of {n} words"),
            partial(count.top_run, n=n),
            "share",
            "<=0.2",
            without="repeats",
            n=n,
        )
        for n in (2, 3, 4)
    },
    **{
        f"repeated_{n}grams": Quantity(
            N_("{value} of its characters stand in runs of {n} words that stand twice"),
            partial(count.repeated_runs, n=n),
            "share",
            "<=0.15",
            without="repeats",
            n=n,
        )
        for n in (5, 6, 7, 8, 9, 10)
    },
    "repeated_ngrams": Quantity(
        N_("{value} of its characters stand in runs of {n} words that stand twice"),
        partial(count.repeated_runs, n=5),
        "share",
        "<=0.2",
        without="repeats",
        n=5,
    ),
    "placeholders": Quantity(
        N_("it holds {value} times “lorem ipsum”"), partial(count.phrases, phrases=("lorem ipsum",)), "count", "<=0"
    ),
    "curly_brackets": Quantity(N_("it holds {value} curly brackets"), lambda v: v.text.count("{"), "count", "<=0"),
    "javascript": Quantity(
        N_("it holds {value} times “javascript”"), partial(count.phrases, phrases=("javascript",)), "count", "<=0"
    ),
    "policy_phrases": Quantity(
        N_("it holds {value} phrases of a cookie or privacy notice"),
        partial(count.phrases, phrases=count.POLICIES),
        "count",
        "<=0",
    ),
}
