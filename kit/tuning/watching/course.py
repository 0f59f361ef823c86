"""The course of a training as its evaluations show it: the best one, which to keep, when to stop, learning by heart."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """One evaluation.

    Parameters
    ----------
    step : int
        After which it was made.
    loss : float
        On validation rows.
    train_loss : float
        The mean over the steps since the evaluation before.
    """

    step: int
    loss: float
    train_loss: float


@dataclass(frozen=True)
class Overfit:
    """A training that began to learn its rows by heart.

    Parameters
    ----------
    since_step : int
        The evaluation at which the validation loss first rose.
    best_step : int
        The evaluation with the lowest validation loss.
    """

    since_step: int
    best_step: int


def best_step(points: Sequence[Point]) -> int | None:
    """Return the step of the lowest validation loss, the earliest of equals; None without an evaluation."""
    return min(points, key=lambda point: _known(point.loss)).step if points else None


def no_worse(now: Sequence[float], best: Sequence[float]) -> bool:
    """Are there no more misses now than at the best evaluation?"""
    return _known(math.fsum(now)) <= _known(math.fsum(best))


def clearly_worse(now: Sequence[float], best: Sequence[float]) -> bool:
    """Are there more misses on the same rows now than at the best evaluation, by more than one standard error?

    Few rows tell evaluations apart badly: on 120 of them the best is often a matter of chance, and a model that
    has trained longer is the better one more often than not. So a newer one counts unless it is clearly worse (the
    rule of one standard error of Breiman et al. 1984, Classification and Regression Trees, section 3.4.3, on paired
    differences).

    Parameters
    ----------
    now, best : sequence of float
        How wrong each row is, in the same order; with fewer than two there is no error, and any rise counts. Of labels
        that is 0 or 1, since a model that grows surer of all its answers can raise its loss while more are right.
    """
    rises = [each - other for each, other in zip(now, best, strict=True)]
    if any(math.isnan(each) for each in rises):
        return True
    mean = math.fsum(rises) / max(len(rises), 1)
    if len(rises) < 2:
        return mean > 0
    return mean > statistics.stdev(rises) / math.sqrt(len(rises))


def out_of_patience(points: Sequence[Point], patience: int | None) -> bool:
    """Have the newest `patience` evaluations all been no better than one before them? Never with None."""
    if patience is None or len(points) <= patience:
        return False
    steps = [point.step for point in points]
    best = best_step(points)
    return best is not None and len(points) - 1 - steps.index(best) >= patience


def overfit(points: Sequence[Point]) -> Overfit | None:
    """Return since when the rows are learnt by heart, if they are.

    The sign: at two evaluations in a row the validation loss rose, while the training loss fell over both.
    """
    for first, second, third in zip(points, points[1:], points[2:], strict=False):
        if first.loss < second.loss < third.loss and third.train_loss < first.train_loss:
            return Overfit(second.step, best_step(points) or second.step)
    return None


def _known(loss: float) -> float:
    return math.inf if math.isnan(loss) else loss
