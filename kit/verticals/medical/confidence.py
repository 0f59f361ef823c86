"""Which answers to believe: accuracy over the share of cases that get one, and the threshold that decides.

A case gets an answer where the probability of the likeliest one is at least a threshold; else a clinician is asked.
This is selective classification (El-Yaniv and Wiener 2010, On the foundations of noise-free selective classification);
the curve of accuracy over coverage is one minus its risk-coverage curve.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy

from kit.measure.interval import wilson
from kit.measure.probability import softmax
from kit.measure.record import Record
from kit.measure.resampling import samples

_DRAWS = 1000
_STEPS = 40  # places of a curve
_FEWEST = 10  # answered rows by which a threshold may be chosen


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Accuracy over coverage, with a 95 % band from rows drawn anew.

    Parameters
    ----------
    coverage : tuple of float
        Shares of cases that get an answer, ascending, the last 1.
    accuracy, low, high : tuple of float
        Of the answered cases.
    """

    coverage: tuple[float, ...]
    accuracy: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a threshold gives on some rows.

    Parameters
    ----------
    threshold : float
        From which probability on there is an answer.
    rows, answered, right : int
        Cases, those with an answer, and those whose answer is right.
    unsure_right : int
        Held-back cases whose likeliest answer would have been right.
    """

    threshold: float
    rows: int
    answered: int
    right: int
    unsure_right: int

    @property
    def coverage(self) -> tuple[float, float, float]:
        """The share of cases with an answer, and its 95 % interval (Wilson's)."""
        return _share(self.answered, self.rows)

    @property
    def accuracy(self) -> tuple[float, float, float]:
        """The share of right answers among those given, and its 95 % interval (Wilson's)."""
        return _share(self.right, self.answered)

    @property
    def unsure(self) -> tuple[float, float, float]:
        """How often the likeliest answer would have been right where none was given."""
        return _share(self.unsure_right, self.rows - self.answered)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        shares = {name: [round(each, 6) for each in getattr(self, name)] for name in ("coverage", "accuracy")}
        return {**asdict(self), **shares}


def believed(records: Sequence[Record]) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Return the probability of the answer of each row, and whether it is right."""
    confidence = numpy.array([float(softmax(record.logprobs).max()) for record in records])
    return confidence, numpy.array([record.scores["acc"] == 1.0 for record in records])


def curve(confidence: numpy.ndarray, right: numpy.ndarray, *, seed: int = 0) -> Curve:
    """Return accuracy over coverage with its band: 1,000 draws of the rows, 2.5 % beyond each end.

    Draws of a few answers that are all right are all right, too, which proves little: the band is nowhere narrower than
    Wilson's interval of the answers given.

    Parameters
    ----------
    confidence, right : array
        Of each row, as `believed` returns them.
    seed : int, default 0
        Of the draws.
    """
    n = len(confidence)
    counts = sorted({math.ceil(step / _STEPS * n) for step in range(1, _STEPS + 1)})
    at = numpy.array(counts) - 1
    accuracy = _over(confidence[None, :], right[None, :])[0, at]
    drawn = numpy.concatenate([_over(confidence[rows], right[rows])[:, at] for rows in samples(n, _DRAWS, seed)])
    alone = numpy.array([wilson(round(share * count), count) for share, count in zip(accuracy, counts, strict=True)])
    low, high = numpy.quantile(drawn, (0.025, 0.975), axis=0)
    low, high = numpy.minimum(low, alone[:, 0]), numpy.maximum(high, alone[:, 1])
    return Curve(
        coverage=tuple(count / n for count in counts),
        accuracy=tuple(map(float, accuracy)),
        low=tuple(map(float, low)),
        high=tuple(map(float, high)),
    )


def _over(confidence: numpy.ndarray, right: numpy.ndarray) -> numpy.ndarray:
    """Return, for each line of rows, the accuracy of its 1, 2, … surest ones."""
    order = numpy.argsort(-confidence, axis=1, kind="stable")
    ordered = numpy.take_along_axis(right.astype(float), order, axis=1)
    return numpy.asarray(ordered.cumsum(axis=1) / numpy.arange(1, right.shape[1] + 1))


def for_coverage(confidence: numpy.ndarray, wanted: float) -> float:
    """Return the highest threshold by which at least the share `wanted` of the rows gets an answer."""
    ordered = numpy.sort(confidence)[::-1]
    return float(ordered[max(math.ceil(wanted * len(ordered) - 1e-9), 1) - 1])


def for_accuracy(confidence: numpy.ndarray, right: numpy.ndarray, wanted: float) -> float | None:
    """Return the lowest threshold by which at least the share `wanted` of the answers is right, or None.

    Parameters
    ----------
    confidence, right : array
        Of rows that nothing was learnt from and nothing is measured on.
    wanted : float
        Above 0, at most 1. What fewer than ten answers (a half of fewer than twenty rows) speak for does not count.
    """
    least = min(_FEWEST, max(len(confidence) // 2, 1))
    found = None
    for threshold in numpy.unique(confidence)[::-1]:
        given = confidence >= threshold
        if given.sum() >= least and right[given].mean() >= wanted - 1e-9:
            found = float(threshold)
    return found


def held(confidence: numpy.ndarray, right: numpy.ndarray, threshold: float) -> Held:
    """Return what a threshold gives on some rows."""
    given = confidence >= threshold
    return Held(
        threshold=threshold,
        rows=len(confidence),
        answered=int(given.sum()),
        right=int(right[given].sum()),
        unsure_right=int(right[~given].sum()),
    )


def _share(part: int, whole: int) -> tuple[float, float, float]:
    return (part / whole if whole else 0.0, *wilson(part, whole))
