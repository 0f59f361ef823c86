"""The course of a training as its evaluations show it: the best one, when to stop, and learning by heart."""

from __future__ import annotations

import math
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
