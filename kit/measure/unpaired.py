"""Two groups of different rows: how far apart their means are, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kit.measure.paired import z_of


@dataclass(frozen=True)
class Unpaired:
    """The difference of two means of different rows.

    Parameters
    ----------
    difference : float
        As it is in the rows.
    centre, error : float
        Middle of the interval and its standard error.
    freedom : float
        Degrees of freedom; infinite where the normal distribution is used.
    """

    difference: float
    centre: float
    error: float
    freedom: float = math.inf

    @property
    def decision_p(self) -> float:
        """The smallest share of false alarms at which the interval leaves 0 out."""
        if not self.error:
            return 1.0 if not self.difference else 0.0
        t = abs(self.centre) / self.error
        z = t * (1 - 1 / (4 * self.freedom)) / math.sqrt(1 + t * t / (2 * self.freedom))
        return math.erfc(z / math.sqrt(2))

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval: normal, or Student's t by Abramowitz and Stegun 26.7.8."""
        z = z_of(level)
        room = max((1 - 1 / (4 * self.freedom)) ** 2 - z * z / (2 * self.freedom), 0.1)
        half = self.error * z / math.sqrt(room)
        return self.centre - half, self.centre + half


def unpaired(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> Unpaired:
    """Return what two groups of rows say of the difference of their means (first minus second).

    For 0/1 scores the interval of Agresti and Caffo (2000, The American Statistician 54, 280-288): one right and one
    wrong row are added to each group. For others that of Welch (1947, Biometrika 34, 28-35).
    """
    difference = float(first.mean() - second.mean())
    if {*first.tolist(), *second.tolist()} <= {0.0, 1.0}:
        shares = [(float(each.sum()) + 1, len(each) + 2) for each in (first, second)]
        a, b = (right / n for right, n in shares)
        error = math.sqrt(sum(right * (n - right) / n**3 for right, n in shares))
        return Unpaired(difference, a - b, error)
    parts = [float(each.var(ddof=1)) / len(each) for each in (first, second)]
    spread = sum(parts)
    if not spread:
        return Unpaired(difference, difference, 0.0)
    freedom = spread**2 / sum(part**2 / (len(each) - 1) for part, each in zip(parts, (first, second), strict=True))
    return Unpaired(difference, difference, math.sqrt(spread), freedom)
