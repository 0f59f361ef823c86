"""From which probability on to believe an answer, so that it is precise enough, or misses few enough.

For one label against the rest: rows whose probability of the label is at least the threshold are flagged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy

from kit.errors import ParameterError
from kit.i18n import _
from kit.measure.interval import wilson
from kit.measure.resampling import DRAWS, samples


@dataclass(frozen=True, repr=False)
class Threshold:
    """A threshold for one label, and what it is worth.

    Parameters
    ----------
    label : str
        Which label.
    asked : {"precision", "recall"}
        What was to be reached.
    least : float
        How much of it.
    value : float or None
        Flag a row when its probability of the label is at least this; None: not reachable on these rows.
    value_low, value_high : float or None
        Where 95 % of the thresholds lie that are found when the rows are drawn anew.
    precision, recall : float
        At the threshold, on these rows; not reachable, at the threshold that comes nearest.
    precision_low, precision_high, recall_low, recall_high : float
        Their 95 % intervals (Wilson's).
    flagged, rows : int
        How many of how many rows are flagged.
    expected : float or None
        What to expect of the quantity that was asked for on new rows: a threshold is always a little better on the
        rows that it was chosen on. By the .632 bootstrap (Efron 1983): thresholds found on rows drawn anew, tried on
        the rows that were not drawn, and since a draw holds only 63.2 % of the rows, what was seen counts for the rest.
    reached : float
        In how many of those draws it was reachable at all, as a share.
    """

    label: str
    asked: str
    least: float
    value: float | None
    value_low: float | None
    value_high: float | None
    precision: float
    precision_low: float
    precision_high: float
    recall: float
    recall_low: float
    recall_high: float
    flagged: int
    rows: int
    expected: float | None
    reached: float

    def __repr__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """All of it in words."""
        asked, other = (_("precision"), _("recall")) if self.asked == "precision" else (_("recall"), _("precision"))
        found, low, high = (self._shown(self.asked, part) for part in ("", "_low", "_high"))
        if self.value is None:
            text = _("{least:.0%} {asked} of '{label}' is not reachable on these {rows} rows: {found} is the most.")
            return text.format(least=self.least, asked=asked, label=self.label, rows=self.rows, found=found)
        text = _(
            "Flagged as '{label}' from a probability of {value:.3g} on, {flagged} of {rows} rows have {found} {asked} "
            "({low} to {high}) at {cost} {other}; expect {expected} {asked} on new rows."
        )
        return text.format(
            label=self.label,
            value=self.value,
            flagged=self.flagged,
            rows=self.rows,
            found=found,
            asked=asked,
            low=low,
            high=high,
            cost=self._shown("recall" if self.asked == "precision" else "precision"),
            other=other,
            expected=_percent(self.expected),
        )

    def _shown(self, name: str, part: str = "") -> str:
        return _percent(getattr(self, name + part))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def find_threshold(
    label: str,
    probability: Sequence[float],
    positive: Sequence[bool],
    *,
    precision: float | None = None,
    recall: float | None = None,
    seed: int = 0,
) -> Threshold:
    """Return the threshold that reaches the precision (or the recall) asked for and costs least of the other.

    Parameters
    ----------
    label : str
        What it is for.
    probability : sequence of float
        Of the label, for each row.
    positive : sequence of bool
        Is it the right one?
    precision, recall : float, above 0, at most 1
        The least that is wanted; exactly one of the two.
    seed : int, default 0
        Of the draws.

    Raises
    ------
    ParameterError
        Both or neither were asked for, one is out of range, or no row has the label.
    """
    asked, least = _asked(precision, recall)
    found = numpy.asarray(probability, dtype=float)
    right = numpy.asarray(positive, dtype=bool)
    if not right.any():
        raise ParameterError("label", label, allowed=_("one that some row has"))
    curve = _Curve(found, right)
    ones = numpy.ones(len(found))
    best = curve.choose(ones, asked, least)
    place = curve.nearest(ones, asked) if best is None else best
    flagged, hits, total = (int(count) for count in curve.counts(ones, place))
    values, elsewhere = _drawn_anew(curve, asked, least, seed)
    low, high = (float(numpy.quantile(values, q)) for q in (0.025, 0.975)) if values else (None, None)
    seen = {"precision": hits / flagged, "recall": hits / total}
    expected = None if best is None or elsewhere is None else 0.368 * seen[asked] + 0.632 * elsewhere
    return Threshold(
        label,
        asked,
        least,
        None if best is None else float(curve.values[place]),
        None if best is None else low,
        None if best is None else high,
        seen["precision"],
        *wilson(hits, flagged),
        seen["recall"],
        *wilson(hits, total),
        flagged,
        len(found),
        expected,
        len(values) / DRAWS,
    )


class _Curve:
    """Rows from the most to the least probable; a place means: flag the rows up to there, ties with them."""

    def __init__(self, probability: numpy.ndarray, positive: numpy.ndarray) -> None:
        self.order = numpy.argsort(-probability, kind="stable")
        self._positive = positive[self.order]
        ordered = probability[self.order]
        self._ends = numpy.append(numpy.flatnonzero(numpy.diff(ordered)), len(ordered) - 1)
        self.values = ordered[self._ends]

    def counts(self, weights: numpy.ndarray, place: int) -> tuple[float, float, float]:
        """Return how many rows are flagged at a place, how many of them rightly, and how many should be."""
        drawn = weights[self.order]
        upto = self._ends[place] + 1
        hits = drawn * self._positive
        return drawn[:upto].sum(), hits[:upto].sum(), hits.sum()

    def choose(self, weights: numpy.ndarray, asked: str, least: float) -> int | None:
        """Return the place that reaches what is asked and has the most of the other, or None."""
        precision, recall = self._both(weights)
        wanted, other = (precision, recall) if asked == "precision" else (recall, precision)
        enough = wanted >= least - 1e-12
        return int(numpy.where(enough, other, -1.0).argmax()) if enough.any() else None

    def nearest(self, weights: numpy.ndarray, asked: str) -> int:
        """Return the place with the most of what is asked."""
        precision, recall = self._both(weights)
        return int((precision if asked == "precision" else recall).argmax())

    def _both(self, weights: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
        drawn = weights[self.order]
        flagged = numpy.cumsum(drawn)[self._ends]
        hits = numpy.cumsum(drawn * self._positive)[self._ends]
        precision = numpy.divide(hits, flagged, out=numpy.zeros_like(hits), where=flagged > 0)
        return precision, hits / hits[-1] if hits[-1] else hits


def _drawn_anew(curve: _Curve, asked: str, least: float, seed: int) -> tuple[list[float], float | None]:
    """Return the thresholds found on rows drawn anew, and what they reach on the rows that were not drawn."""
    rows = len(curve.order)
    values, reached, possible = [], 0.0, 0.0
    for drawn in chain.from_iterable(samples(rows, DRAWS, seed)):
        weights = numpy.bincount(drawn, minlength=rows).astype(float)
        place = curve.choose(weights, asked, least)
        if place is None:
            continue
        values.append(float(curve.values[place]))
        flagged, hits, total = curve.counts((weights == 0).astype(float), place)
        reached += hits
        possible += flagged if asked == "precision" else total
    return values, float(reached / possible) if possible else None


def _asked(precision: float | None, recall: float | None) -> tuple[str, float]:
    if (precision is None) == (recall is None):
        given = {"precision": precision, "recall": recall}
        raise ParameterError("precision", given, allowed=_("given, or recall in its place, but not both"))
    name, least = ("recall", recall) if precision is None else ("precision", precision)
    if least is None or not 0 < least <= 1:
        raise ParameterError(name, least, allowed=_("a share above 0, at most 1"))
    return name, float(least)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
