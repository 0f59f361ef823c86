"""Intervals of shares."""

from __future__ import annotations

import math

_Z = 1.959963984540054  # two-sided 95 %


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), which holds for few rows and near 0 and 1 too.

    Parameters
    ----------
    successes, n : int
        How many of how many; of none, nothing is known.
    """
    if not n:
        return 0.0, 1.0
    share = successes / n
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return max(middle - half, 0.0) if successes else 0.0, min(middle + half, 1.0) if successes < n else 1.0
