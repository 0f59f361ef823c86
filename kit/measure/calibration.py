"""Can the probabilities be believed? Of the answers given with 80 %, eight in ten should be right.

The probability of an answer is its share of the probability of all labels or choices of its row. The Brier score is the
sum over labels of the squared difference from 1 for the right one and 0 for the others, between 0 and 2, as
lm-evaluation-harness has it; scikit-learn's, for two labels, is half of it. The expected calibration error is that of
Guo et al. (2017, On calibration of modern neural networks): in bins of the likeliest answer's probability, how far the
share of right answers is from the mean probability, averaged over the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy

from kit.i18n import _
from kit.measure.believed import BINS
from kit.measure.interval import wilson
from kit.measure.probability import Distribution, mean_and_stderr
from kit.measure.resampling import bootstrap

_CHANCE_DRAWS = 200
_METRICS = tuple(part for name in ("brier_score", "log_loss", "ece") for part in (name, f"{name}_stderr"))


@dataclass(frozen=True)
class Bin:
    """The rows whose likeliest answer has about the same probability.

    Parameters
    ----------
    low, high : float
        Its ends; a row at an end belongs to the bin below.
    rows : int
        How many fall into it.
    confidence : float
        The mean probability of their likeliest answers.
    accuracy, accuracy_low, accuracy_high : float
        The share of right answers among them and its 95 % interval (Wilson's).
    """

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float


@dataclass(frozen=True, repr=False)
class Calibration:
    """How far the probabilities of some answers can be believed.

    Parameters
    ----------
    brier_score, log_loss, ece : float
        Each with its standard error: of the first two that of a mean, of the last from bootstrap samples of the rows.
    ece_by_chance : float
        What the calibration error would be on these rows if every probability were exactly right. It is not 0, since
        few rows scatter; only what lies above it counts.
    rows : int
        How many rows.
    bins : tuple of Bin
        Those that hold any.
    asked_bins : int
        How many there are, empty ones too, at most.
    equal : {"width", "rows"}
        What they have in common.
    """

    brier_score: float
    brier_score_stderr: float
    log_loss: float
    log_loss_stderr: float
    ece: float
    ece_stderr: float
    ece_by_chance: float
    rows: int
    bins: tuple[Bin, ...]
    asked_bins: int = BINS
    equal: str = "width"

    def __repr__(self) -> str:
        text = _(
            "{n} rows: calibration error {ece:.1%} (of which chance explains {chance:.1%}), Brier score {brier:.3f}, "
            "log loss {loss:.3f}"
        )
        return text.format(
            n=self.rows, ece=self.ece, chance=self.ece_by_chance, brier=self.brier_score, loss=self.log_loss
        )

    def metrics(self) -> dict[str, float]:
        """Return the scores by metric name, with standard errors."""
        return {name: getattr(self, name) for name in _METRICS}

    def facts(self) -> dict[str, Any]:
        """Return what else there is to know, as plain values."""
        return {
            "rows": self.rows,
            "ece_by_chance": self.ece_by_chance,
            "asked_bins": self.asked_bins,
            "equal": self.equal,
            "bins": [asdict(found) for found in self.bins],
        }

    @classmethod
    def from_result(cls, metrics: dict[str, float], facts: dict[str, Any]) -> Calibration:
        """Make one from what `metrics` and `facts` returned."""
        bins = tuple(Bin(**values) for values in facts["bins"])
        values: dict[str, Any] = {**{name: metrics[name] for name in _METRICS}, **facts, "bins": bins}
        return cls(**values)


def brier_score(row: Distribution, gold: int) -> float:
    """Return the Brier score of one row: 0 for a sure right answer, 2 for a sure wrong one."""
    return float((row**2).sum() - 2 * row[gold] + 1)


def log_loss(row: Distribution, gold: int) -> float:
    """Return minus the logarithm of the probability of the right answer, in nats."""
    return -float(numpy.log(max(row[gold], numpy.finfo(float).tiny)))


def calibration_scores(rows: Sequence[Distribution], gold: Sequence[int]) -> dict[str, list[float]]:
    """Return what each row counts for the scores that are means over rows.

    Parameters
    ----------
    rows : sequence of array
        The probabilities of the labels or choices of each row, from `softmax`; rows may have different numbers of them.
    gold : sequence of int
        The right ones.
    """
    pairs = list(zip(rows, gold, strict=True))
    return {"brier_score": [brier_score(*pair) for pair in pairs], "log_loss": [log_loss(*pair) for pair in pairs]}


def edges(confidence: numpy.ndarray, *, bins: int = BINS, equal: str = "width") -> numpy.ndarray:
    """Return the ends of bins that are equally wide, or (`equal` "rows") hold about equally many rows."""
    if equal == "width":
        return numpy.linspace(0, 1, bins + 1)
    inner = numpy.quantile(confidence, numpy.linspace(0, 1, bins + 1)[1:-1])
    return numpy.unique(numpy.concatenate([[0.0], inner, [1.0]]))


def calibration_error(confidence: numpy.ndarray, right: numpy.ndarray, ends: numpy.ndarray) -> float:
    """Return the expected calibration error over the bins between `ends`."""
    place = _bin_of(confidence, ends)
    gaps = numpy.bincount(place, weights=confidence - right, minlength=len(ends) - 1)
    return float(numpy.abs(gaps).sum() / len(confidence))


def reliability(confidence: numpy.ndarray, right: numpy.ndarray, ends: numpy.ndarray) -> tuple[Bin, ...]:
    """Return the bins between `ends` that hold any rows."""
    place = _bin_of(confidence, ends)
    found = []
    for i in range(len(ends) - 1):
        here = place == i
        n, k = int(here.sum()), int(right[here].sum())
        if n:
            mean = float(confidence[here].mean())
            found.append(Bin(float(ends[i]), float(ends[i + 1]), n, mean, k / n, *wilson(k, n)))
    return tuple(found)


def calibration_of(
    rows: Sequence[Distribution], gold: Sequence[int], *, bins: int = BINS, equal: str = "width"
) -> Calibration:
    """Return how far the probabilities of some answers can be believed.

    Parameters
    ----------
    rows, gold
        As in `calibration_scores`.
    bins : int, default 15
        How many at most; empty ones are left out.
    equal : {"width", "rows"}, default "width"
        What the bins have in common.
    """
    confidence = numpy.array([row.max() for row in rows])
    right = numpy.array([row.argmax() == g for row, g in zip(rows, gold, strict=True)], dtype=float)
    ends = edges(confidence, bins=bins, equal=equal)
    scores = calibration_scores(rows, gold)
    brier, loss = (mean_and_stderr(scores[name]) for name in ("brier_score", "log_loss"))
    draws = bootstrap(len(rows), lambda drawn: calibration_error(confidence[drawn], right[drawn], ends))
    return Calibration(
        *brier,
        *loss,
        ece=calibration_error(confidence, right, ends),
        ece_stderr=float(draws.std(ddof=1)),
        ece_by_chance=_by_chance(confidence, ends),
        rows=len(rows),
        bins=reliability(confidence, right, ends),
        asked_bins=bins,
        equal=equal,
    )


def _bin_of(confidence: numpy.ndarray, ends: numpy.ndarray) -> numpy.ndarray:
    return numpy.searchsorted(ends[1:-1], confidence, side="left")


def _by_chance(confidence: numpy.ndarray, ends: numpy.ndarray) -> float:
    """Return the mean error of answers that are right exactly as often as their probabilities say."""
    random = numpy.random.default_rng(0)
    draws = [
        calibration_error(confidence, (random.random(len(confidence)) < confidence).astype(float), ends)
        for _draw in range(_CHANCE_DRAWS)
    ]
    return float(numpy.mean(draws))
