"""Which learning rate a curve of rising rates suggests.

Smith (2015, arXiv:1506.01186, section 3.3) raises the rate from step to step and reads from the loss where learning
begins and where it breaks. The rule here: the loss is smoothed (an exponential mean, corrected for its start, as Adam
has it), and a tenth of the rate at which it is lowest is suggested: there learning is fast, and there is room to where
it breaks. A tenth of the rate at which the loss falls steepest, another rule in use, is too low for adapters: they
begin without effect, and their loss falls steepest long before it is lowest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_MEMORY = 0.9  # of the exponential mean: about ten steps
_BREAKS = 4.0  # times the lowest smoothed loss
_SHARE = 0.1  # of the rate at which the loss is lowest
_FEWEST = 5  # steps before anything can be told


def smoothed(losses: Sequence[float]) -> list[float]:
    """Return the exponential mean of `losses`, corrected for its start (Kingma and Ba 2014, section 3)."""
    found, mean = [], 0.0
    for step, loss in enumerate(losses, 1):
        mean = _MEMORY * mean + (1 - _MEMORY) * loss
        found.append(mean / (1 - _MEMORY**step))
    return found


def broken(losses: Sequence[float]) -> bool:
    """Has learning broken: is the newest loss no number, or the smoothed one four times its lowest?"""
    if not losses:
        return False
    if not math.isfinite(losses[-1]):
        return True
    curve = smoothed(losses)
    return len(curve) >= _FEWEST and curve[-1] > _BREAKS * min(curve)


def suggested_rate(rates: Sequence[float], losses: Sequence[float]) -> float | None:
    """Return the rate to train with, or None where the loss never fell.

    Parameters
    ----------
    rates : sequence of float
        Rising by the same factor from step to step.
    losses : sequence of float
        Of these steps, all finite.
    """
    place = lowest(losses)
    return None if place is None else rates[place] * _SHARE


def lowest(losses: Sequence[float]) -> int | None:
    """Return the step at which the smoothed loss is lowest; None where that is at the beginning."""
    curve = smoothed(losses)
    place = min(range(len(curve)), key=curve.__getitem__, default=0)
    return place if place >= _FEWEST else None
