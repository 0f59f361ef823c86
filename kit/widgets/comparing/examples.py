"""Which rows two variants answered differently, as a person looks through them."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from kit.errors import KitError
from kit.measure import Verdict
from kit.measure.grouping import columns
from kit.measure.versus import compare
from kit.plots.differences import Difference, differences, score_names
from kit.plots.metrics import metric
from kit.result import Result

PAGE = 20
WHICH = ("first", "second", "differ", "neither", "both", "all")


class Examples:
    """The rows of two variants, those that are wanted among them, and the page that is turned to.

    Nothing is read until it is asked for, and then once for the same two variants.
    """

    def __init__(self) -> None:
        self.which = "first"
        self.text = ""
        self.page = 0
        self.open = False
        self._held: tuple[Any, ...] = ()
        self._verdict: Verdict | None = None
        self._pairs: list[Difference] = []
        self._why: KitError | None = None
        self.scored = ""

    def take(self, values: Mapping[str, Any]) -> None:
        """Take in which rows are wanted; other ones begin on the first page."""
        which, text = str(values.get("which", self.which)), str(values.get("words", self.text))
        if which in WHICH and (which, text) != (self.which, self.text):
            self.which, self.text, self.page = which, text, 0

    def turn(self, by: int) -> None:
        """Turn the page."""
        self.page += by

    def read(self, first: Result, second: Result, quality: str) -> tuple[list[Difference], KitError | None]:
        """Return the paired rows of two variants, or why there are none.

        Parameters
        ----------
        first, second : Result
            The two variants.
        quality : str
            The metric by which rows are compared, where their records have it; else the first that they have.
        """
        if self._held[:2] != (first, second) or self._held[2:] != (quality,):
            self._held, self._pairs, self._why, self._verdict = (first, second, quality), [], None, None
            names = score_names(first, second)
            self.scored = quality if quality in names else next(iter(names), "")
            try:
                self._pairs = differences(first, second, self.scored or None)
            except KitError as exc:
                self._why = exc
        return self._pairs, self._why

    def verdict(self) -> Verdict | None:
        """Return the verdict on the second variant against the first, with groups of rows; None where there is none.

        Judged once for the same two variants: intervals of means are drawn many times.
        """
        if self._verdict is None and self._pairs:
            first, second, _quality = self._held
            held = [pair.second for pair in self._pairs]
            with contextlib.suppress(KitError):
                found = compare(second, first, metric=self.scored or None, by=columns(held), rows="common")
                self._verdict = found if isinstance(found, Verdict) else None
        return self._verdict

    def counts(self) -> Counter[str]:
        """Return how many rows there are of each kind."""
        counts: Counter[str] = Counter(pair.kind for pair in self._pairs)
        counts["all"] = len(self._pairs)
        counts["differ"] = sum(pair.first.answer != pair.second.answer for pair in self._pairs)
        return counts

    def found(self) -> list[Difference]:
        """Return the rows that are wanted; the surest mistakes come first."""
        words = self.text.casefold().split()
        picked = [pair for pair in self._pairs if self._wanted(pair) and _says(pair, words)]
        if self.which in ("first", "second"):
            picked.sort(key=lambda pair: -_sure(pair, self.which))
        return picked

    def shown(self) -> tuple[list[Difference], int, int]:
        """Return the rows of the page that is turned to, its number from 0, and how many pages there are."""
        found = self.found()
        pages = max(-(-len(found) // PAGE), 1)
        page = min(max(self.page, 0), pages - 1)
        self.page = page
        return found[page * PAGE : (page + 1) * PAGE], page, pages

    @property
    def more(self) -> bool:
        """Is more better in the metric that rows are compared by?"""
        return metric(self.scored).more

    def _wanted(self, pair: Difference) -> bool:
        if self.which == "differ":
            return pair.first.answer != pair.second.answer
        return self.which in ("all", pair.kind)


def _says(pair: Difference, words: list[str]) -> bool:
    said = " ".join((pair.first.text, pair.first.gold, pair.first.answer, pair.second.answer)).casefold()
    return all(word in said for word in words)


def _sure(pair: Difference, better: str) -> float:
    """Return how sure the variant was that did worse."""
    return (pair.second_share if better == "first" else pair.first_share) or 0.0
