"""Two sets of 0/1 scores on the same rows: how far apart they are, and how sure that is.

Only the rows that one of the two got right and the other wrong tell anything. With b such rows for the new one, c for
the reference, n rows in all:

- the p-value is McNemar's exact one (a binomial test of b out of b + c); mid-p counts the observed table half
- the interval is Tango's (1998, Statistics in Medicine 17, 891-908): every difference that the score test does not
  reject. Fagerland, Lydersen and Laake (2013, BMC Medical Research Methodology 13:91) recommend it, and mid-p
- the decision follows the interval, widened to hold 0 where mid-p sees no evidence (4 rows against none)

Why not the exact test for the decision: it rejects too seldom. Of samples without a difference, the share in percent
that is called different at 5 %, and the coverage of the 95 % interval, summed over all tables:

====== =========== =========== ====== =========
n      rows differ this rule   exact  coverage
====== =========== =========== ====== =========
50     10 %        2.5         0.9    97.5
100    10 %        4.1         2.2    95.9
200    5 %         4.1         2.2    95.9
200    10 %        4.6         2.9    95.4
200    20 %        4.8         3.5    95.2
600    2 %         4.3         2.4    95.7
600    10 %        4.9         3.7    95.1
2000   2 %         4.8         3.4    95.2
====== =========== =========== ====== =========

Where ten rows or more differ (of 200, 600 or 2,000) and there is a true difference, the coverage is 94.4 to 95.6. Where
fewer differ, no test that gives the same answer to the same rows comes nearer; this one errs to the side of silence.
``python -m benchmarks.verdicts`` simulates it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

POWER = 0.8


def z_of(level: float) -> float:
    """Return the two-sided quantile of the normal distribution, 1.96 for 0.95."""
    from statistics import NormalDist  # slow to import, and not for panels

    return NormalDist().inv_cdf(0.5 + level / 2)


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """Return the two-sided p-value of McNemar's exact test.

    Parameters
    ----------
    only_a, only_b : int
        Rows that only one of the two got right. Under the null hypothesis each such row falls to either side with
        probability one half.
    """
    return min(_tail(only_a, only_b)[0], 1.0)


def mcnemar_mid(only_a: int, only_b: int) -> float:
    """Return McNemar's mid-p: as the exact one, with the observed table counted half."""
    whole, seen = _tail(only_a, only_b)
    return min(whole - seen, 1.0)


def _tail(only_a: int, only_b: int) -> tuple[float, float]:
    """Return twice the binomial probability of the smaller count or fewer, and the probability of that count."""
    n, smaller = only_a + only_b, min(only_a, only_b)
    ways = total = 1
    for k in range(smaller):  # whole numbers throughout: thousands of rows lose no digit
        ways = ways * (n - k) // (k + 1)
        total += ways
    return 2 * total / 2**n, ways / 2**n


def score_interval(only_new: int, only_reference: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return Tango's interval of the difference of two paired shares.

    Parameters
    ----------
    only_new, only_reference : int
        Rows that only one of the two got right.
    n : int
        All rows, at least 1.
    level : float
        Of confidence, above 0 and below 1.
    """
    z, delta = z_of(level), (only_new - only_reference) / n

    def score(supposed: float) -> float:
        return _score(only_new, only_reference, n, supposed)

    low = _crossing(lambda x: score(x) > z, -1.0, delta)
    high = _crossing(lambda x: score(x) > -z, delta, 1.0)
    return low, high


def _score(b: int, c: int, n: int, supposed: float) -> float:
    """Return Tango's statistic (his eq. 8) for the null hypothesis that the difference is `supposed`."""
    linear = (2 * n - b + c) * supposed - b - c
    constant = -c * supposed * (1 - supposed)
    restricted = (math.sqrt(max(linear * linear - 8 * n * constant, 0.0)) - linear) / (4 * n)
    variance = n * (2 * restricted + supposed * (1 - supposed))
    gap = b - c - n * supposed
    if variance <= 1e-12:  # at the ends of the possible
        return 0.0 if abs(gap) < 1e-9 else math.copysign(math.inf, gap)
    return gap / math.sqrt(variance)


def _crossing(above: Callable[[float], bool], low: float, high: float) -> float:
    """Return where `above`, true at `low`, turns false, to 12 digits."""
    for _ in range(45):
        middle = (low + high) / 2
        low, high = (middle, high) if above(middle) else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True)
class PairedShares:
    """What two sets of 0/1 scores on the same rows say of their difference (new minus reference).

    Parameters
    ----------
    only_new, only_reference : int
        Rows that only one of the two got right.
    n : int
        All rows, at least 1.
    """

    only_new: int
    only_reference: int
    n: int
    test: ClassVar[str] = "exact McNemar"

    @property
    def difference(self) -> float:
        """The share of right rows, new minus reference."""
        return (self.only_new - self.only_reference) / self.n

    @property
    def differing(self) -> int:
        """Rows that tell the two apart."""
        return self.only_new + self.only_reference

    @property
    def p_value(self) -> float:
        """Of McNemar's exact test."""
        return mcnemar_exact(self.only_new, self.only_reference)

    @property
    def p_mid(self) -> float:
        """McNemar's mid-p."""
        return mcnemar_mid(self.only_new, self.only_reference)

    @property
    def decision_p(self) -> float:
        """The smallest share of false alarms at which the interval leaves 0 out."""
        if not self.differing:
            return 1.0
        z = abs(self.only_new - self.only_reference) / math.sqrt(self.differing)
        return max(math.erfc(z / math.sqrt(2)), self.p_mid)

    def interval(self, level: float) -> tuple[float, float]:
        """Return Tango's interval, with 0 inside where mid-p sees no evidence."""
        low, high = score_interval(self.only_new, self.only_reference, self.n, level)
        return (low, high) if self.p_mid <= 1 - level else (min(low, 0.0), max(high, 0.0))

    def smallest(self, level: float) -> float:
        """Return the smallest true difference that so many rows would show four times in five.

        Solved for the difference d from Connor's size of sample (1987, Biometrics 43, 207-211; first Miettinen 1968),
        n = (z_a sqrt(p) + z_b sqrt(p - d^2))^2 / d^2, where p is the share of rows that disagree, here with one row
        added so that it is not 0. A difference cannot exceed that share: where it would, p is taken equal to d.
        """
        a, b, n = z_of(level), z_of(2 * POWER - 1), self.n
        root = math.sqrt(max(n * a * a - (n + b * b) * (a * a - b * b), 0.0))
        unit = (math.sqrt(n) * a + root) / (n + b * b)
        disagree = (self.differing + 1) / (n + 2)
        return min(unit * max(math.sqrt(disagree), unit), 1.0)
