"""Evidence that a mean over all rows is above a number, from those read so far, which may be looked at after each.

A gambler who starts with 1 bets on each next row that the mean is above `margin`, at odds that are fair where it is
exactly that. Where it is not above, the wealth is a supermartingale, and exceeds ``1 / error`` at any time at all with
a chance of at most `error` (Ville 1939). Rows are drawn without replacement, so after t of N rows with the sum S fair
odds follow from the mean of what is left, ``(N · margin - S) / (N - t)`` (Waudby-Smith and Ramdas 2024, Journal of the
Royal Statistical Society B 86, 1-27, sections 4 and 5). The wealth is the mean over gamblers who stake several shares
of what they may: none has to know beforehand by how much the mean is above.

It holds where rows are read in random order, whatever their number, and for any differences between -1 and 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_STAKES = np.linspace(0.05, 0.95, 19)  # shares of the most that can be staked without a risk of debts
_GRID = np.linspace(-1.0, 1.0, 401)  # of margins, for intervals

Numbers = npt.NDArray[np.float64]


def most_wealth(differences: Sequence[float], total: int, margins: npt.ArrayLike) -> Numbers:
    """Return, for each of `margins`, the most that the gambler against it has owned after any of the rows.

    Parameters
    ----------
    differences : sequence of float, from -1 to 1
        Of the rows read so far, in the order of reading, which is random.
    total : int
        How many rows there are in all.
    margins : array of float
        Each is taken for the greatest mean that there could be.

    Returns
    -------
    array of float
        At least ``1 / error`` only with a chance of at most `error` where the mean of all rows is no more than margin.
    """
    margin = np.atleast_1d(np.asarray(margins, dtype=float))
    logs = np.zeros((len(margin), len(_STAKES)))
    most, summed = np.ones(len(margin)), 0.0
    for read, difference in enumerate(differences):
        fair = np.clip((total * margin - summed) / (total - read), -1 + 1e-9, 1.0)
        stake = _STAKES / (1 + fair)[:, None]
        logs += np.log1p(stake * (difference - fair)[:, None])
        most = np.maximum(most, np.exp(np.minimum(logs, 600)).mean(axis=1))
        summed += difference
    left = total - len(differences)
    ruled_out = total * margin - summed < -left - 1e-6  # what is left would have to be lower than anything can be
    return np.where(ruled_out, np.inf, most)


def interval_of(differences: Sequence[float], total: int, error: float) -> tuple[float, float]:
    """Return an interval of the mean over all rows that holds, whenever one looks, with a chance of ``1 - error``."""
    low = _lowest(differences, total, error / 2)
    high = -_lowest([-each for each in differences], total, error / 2)
    return low, high


def _lowest(differences: Sequence[float], total: int, error: float) -> float:
    """Return the least margin of the grid that is not ruled out."""
    possible = most_wealth(differences, total, _GRID) < 1 / error
    return float(_GRID[int(np.argmax(possible))]) if possible.any() else 1.0
