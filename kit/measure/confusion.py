"""What is taken for what: the confusion matrix, and precision, recall and F1 of each label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy

from kit.i18n import _
from kit.measure.interval import wilson


@dataclass(frozen=True)
class Share:
    """A share and its 95 % interval (Wilson's), or None where no row tells.

    Parameters
    ----------
    value, low, high : float or None
        Between 0 and 1.
    """

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, count: int, rows: int) -> Share:
        """Return `count` of `rows`."""
        return cls(count / rows, *wilson(count, rows)) if rows else cls(None, None, None)


@dataclass(frozen=True)
class LabelScores:
    """How one label fares.

    Parameters
    ----------
    label : str
        Its name.
    rows, given : int
        How often it is right, and how often it is the answer.
    precision, recall, f1 : Share
        Of the rows where it is the answer, those where it is right; of those where it is right, those where it is the
        answer; their harmonic mean. The interval of F1 is that of the share of rows where label and answer agree among
        those with either, of which it is a function: F1 = 2 J / (1 + J).
    """

    label: str
    rows: int
    given: int
    precision: Share
    recall: Share
    f1: Share


@dataclass(frozen=True, repr=False)
class Confusion:
    """A confusion matrix.

    Parameters
    ----------
    labels : tuple of str
        Of rows and columns.
    matrix : tuple of tuple of int
        How many rows with this right label (row) got this answer (column).
    """

    labels: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]

    @property
    def rows(self) -> int:
        """How many rows were counted."""
        return sum(map(sum, self.matrix))

    def scores(self) -> tuple[LabelScores, ...]:
        """Return how each label fares."""
        return tuple(self._scores_of(place) for place in range(len(self.labels)))

    def most_confused(self, count: int = 3) -> tuple[tuple[str, str, int], ...]:
        """Return the most frequent mistakes: right label, answer, rows."""
        wrong = [
            (gold, answer, self.matrix[i][j])
            for i, gold in enumerate(self.labels)
            for j, answer in enumerate(self.labels)
            if i != j and self.matrix[i][j]
        ]
        return tuple(sorted(wrong, key=lambda found: -found[2])[:count])

    def __repr__(self) -> str:
        found = self.most_confused()
        if not found:
            return _("{n} rows, each with the right label").format(n=self.rows)
        told = [_("{gold} taken for {answer} ({n})").format(gold=g, answer=a, n=n) for g, a, n in found]
        return _("{n} rows; most often mistaken: {mistakes}").format(n=self.rows, mistakes=", ".join(told))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON, the scores of the labels among them."""
        return {
            "labels": list(self.labels),
            "matrix": [list(row) for row in self.matrix],
            "scores": [asdict(scores) for scores in self.scores()],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Confusion:
        """Make one from what `to_dict` returned."""
        return cls(tuple(values["labels"]), tuple(tuple(row) for row in values["matrix"]))

    def _scores_of(self, place: int) -> LabelScores:
        hits = self.matrix[place][place]
        rows, given = sum(self.matrix[place]), sum(row[place] for row in self.matrix)
        both = Share.of(hits, rows + given - hits)
        f1 = Share(*(None if value is None else 2 * value / (1 + value) for value in (both.value, both.low, both.high)))
        return LabelScores(self.labels[place], rows, given, Share.of(hits, given), Share.of(hits, rows), f1)


def confusion_of(gold: Sequence[int], predicted: Sequence[int], labels: Sequence[str]) -> Confusion:
    """Return the confusion matrix of some answers.

    Parameters
    ----------
    gold, predicted : sequence of int
        The right label and the answer of each row, by place in `labels`.
    """
    n = len(labels)
    flat = numpy.bincount(numpy.asarray(gold) * n + numpy.asarray(predicted), minlength=n * n)
    return Confusion(tuple(labels), tuple(tuple(row) for row in flat.reshape(n, n).tolist()))
