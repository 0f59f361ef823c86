"""Curves that jump from step to step, made readable: a running mean, and few points of a long curve."""

from __future__ import annotations

import math
from collections.abc import Sequence

Curve = Sequence[tuple[int, float]]

POINTS = 400
LEAST = 20  # points below which a curve is read as it is
_HALF_LIFE_SHARE = 0.02  # of the points
_HALF_LIFE_LEAST = 4.0  # points


def finite(curve: Curve) -> Curve:
    """Return `curve` without the values that are no numbers: a loss that has blown up has no place on an axis."""
    if all(math.isfinite(value) for _step, value in curve):
        return curve
    return [(step, value) for step, value in curve if math.isfinite(value)]


def smoothed(curve: Curve) -> Curve:
    """Return the running mean of a curve, at most `POINTS` of it; a short curve is returned as it is.

    An exponential mean whose weights halve every 2 % of the points, divided by the sum of the weights so far (as Adam
    corrects its moments, Kingma and Ba 2015, arXiv:1412.6980, section 3), so that it begins at the first value.
    """
    if len(curve) < LEAST:
        return curve
    keep = 0.5 ** (1 / max(_HALF_LIFE_SHARE * len(curve), _HALF_LIFE_LEAST))
    mean = weight = 0.0
    found = []
    for step, value in curve:
        mean = keep * mean + (1 - keep) * value
        weight = keep * weight + (1 - keep)
        found.append((step, mean / weight))
    return [*found[:: -(-len(found) // POINTS)], found[-1]]


def envelope(curve: Curve, points: int = POINTS) -> Curve:
    """Return at most about `points` points of a long curve: the lowest and the highest of each stretch, no averages."""
    if len(curve) <= points:
        return curve
    stretch = -(-2 * len(curve) // points)
    kept: list[tuple[int, float]] = []
    for start in range(0, len(curve), stretch):
        part = curve[start : start + stretch]
        ends = {min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1]), part[-1]}
        kept.extend(sorted(ends))
    return kept


def lowest(curve: Curve) -> tuple[int, float] | None:
    """Return the first point of the lowest value, or None of an empty curve."""
    return min(curve, key=lambda point: point[1], default=None)
