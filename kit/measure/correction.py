"""Many comparisons at once: how sure each still is.

Of twelve variants that are no better than the reference, one in two sweeps would look better by chance. Holm's method
(1979, Scandinavian Journal of Statistics 6, 65-70) keeps the share of sweeps with any false alarm at 5 %, whatever the
comparisons have in common. The intervals hold all at once (Bonferroni): each has the level 1 - (1 - level) / m. Where
Holm, which sees more than Bonferroni, decides and the interval still holds 0, the interval is cut there, as the regions
that belong to Holm's method are (Guilbaud 2008, Biometrical Journal 50, 678-692).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Evidence(Protocol):
    """What the rows say of one difference."""

    @property
    def difference(self) -> float: ...

    @property
    def decision_p(self) -> float: ...

    def interval(self, level: float) -> tuple[float, float]: ...


@dataclass(frozen=True)
class Judgement:
    """What is said of one difference, among others.

    Parameters
    ----------
    side : int
        1 above 0, -1 below, 0 for no evidence.
    low, high : float
        The interval; all intervals of one judging hold at once.
    p_adjusted : float
        Falls below 1 - level exactly where there is evidence.
    comparisons : int
        How many were judged together.
    """

    side: int
    low: float
    high: float
    p_adjusted: float
    comparisons: int


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p-values, in the order of `p_values`."""
    m = len(p_values)
    adjusted, least = [1.0] * m, 0.0
    for rank, place in enumerate(sorted(range(m), key=lambda i: p_values[i])):
        least = max(least, min((m - rank) * p_values[place], 1.0))
        adjusted[place] = least
    return adjusted


def level_for_each(level: float, comparisons: int) -> float:
    """Return the level at which each of several intervals must hold for all to hold at `level` (Bonferroni)."""
    return 1 - (1 - level) / comparisons


def judge_all(found: Sequence[Evidence], level: float) -> list[Judgement]:
    """Judge several differences together, by Holm's method."""
    adjusted = holm([each.decision_p for each in found])
    return [_judgement(each, p, level, len(found)) for each, p in zip(found, adjusted, strict=True)]


def judge_one(found: Evidence, level: float, comparisons: int = 1) -> Judgement:
    """Judge one of several differences before the others are known, by Bonferroni.

    Where it sees evidence, Holm's method will too, once all are known: nothing is taken back.
    """
    return _judgement(found, min(comparisons * found.decision_p, 1.0), level, comparisons)


def _judgement(found: Evidence, p_adjusted: float, level: float, comparisons: int) -> Judgement:
    low, high = found.interval(level_for_each(level, comparisons))
    side = 0
    if p_adjusted <= 1 - level:
        side = 1 if found.difference > 0 else -1
    if side >= 0:
        high = max(high, 0.0)
    if side <= 0:
        low = min(low, 0.0)
    if side:
        low, high = (max(low, 0.0), high) if side > 0 else (low, min(high, 0.0))
    return Judgement(side, low, high, p_adjusted, comparisons)
