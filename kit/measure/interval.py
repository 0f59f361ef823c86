"""Intervals of shares."""

from __future__ import annotations

import math

from kit.measure.paired import z_of


def wilson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share (Wilson 1927), which holds for few rows and near 0 and 1 too.

    Parameters
    ----------
    successes, n : int
        How many of how many; of none, nothing is known.
    level : float
        Of confidence.
    """
    z = z_of(level)
    if not n:
        return 0.0, 1.0
    share = successes / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return max(middle - half, 0.0) if successes else 0.0, min(middle + half, 1.0) if successes < n else 1.0
