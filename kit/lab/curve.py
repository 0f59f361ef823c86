"""A curve in few points, for a sparkline or a small figure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

SPARK = 60  # points
_NAMES = ("loss", "validation_loss")

Point = tuple[float, float]


def thinned(curve: Sequence[Point], most: int) -> list[list[float]]:
    """Return at most `most` points: the first, the last, and between them the mean of each stretch.

    Values that are no numbers (a loss that has blown up) are left out.
    """
    points = [(step, value) for step, value in curve if math.isfinite(value)]
    if len(points) <= most:
        return [[step, _short(value)] for step, value in points]
    inner = points[1:-1]
    edges = [round(place * len(inner) / (most - 2)) for place in range(most - 1)]
    stretches = [inner[a:b] for a, b in itertools.pairwise(edges)]
    means = [(s[len(s) // 2][0], math.fsum(value for _step, value in s) / len(s)) for s in stretches]
    return [[step, _short(value)] for step, value in (points[0], *means, points[-1])]


def spark(curves: Mapping[str, Sequence[Point]]) -> dict[str, Any] | None:
    """Return the curve that tells most of a run (the loss if it has one), as `name` and `points`, or None."""
    names = [name for name in curves if len(curves[name]) > 1]
    if not names:
        return None
    best = min(names, key=_rank)
    return {"name": best, "points": thinned(curves[best], SPARK)}


def _rank(name: str) -> int:
    last = name.rpartition("/")[2]
    return _NAMES.index(last) if last in _NAMES else len(_NAMES)


def _short(value: float) -> float:
    return float(f"{value:.4g}")
