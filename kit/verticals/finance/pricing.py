"""What a threshold costs: an alert above it is looked at, one below it is let go.

Four sums are stated by whoever uses it: what a missed fraud costs, what a false alarm costs (a held payment, an annoyed
customer), what a minute of an analyst costs, and how many minutes an alert takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kit.errors import ParameterError
from kit.i18n import _
from kit.verticals.finance.alarms import DRAWS, Numbers, Range, drawn_weights, ranged


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Costs in EUR.

    Parameters
    ----------
    missed : float, default 600
        Of a fraud that was let go.
    annoyed : float, default 60
        Of a harmless payment that was held.
    minute : float, default 1.5
        Of an analyst.
    minutes : float, default 20
        That an analyst needs for an alert.

    Raises
    ------
    ParameterError
        One is negative.
    """

    missed: float = 600.0
    annoyed: float = 60.0
    minute: float = 1.5
    minutes: float = 20.0

    def __post_init__(self) -> None:
        for name in ("missed", "annoyed", "minute", "minutes"):
            if not getattr(self, name) >= 0:
                raise ParameterError(name, getattr(self, name), allowed=_("0 or more"))

    @property
    def look(self) -> float:
        """What looking at one alert costs."""
        return self.minute * self.minutes

    def matrix(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the cost of (looked at, let go), of a fraud and of a harmless alert."""
        return (self.look, self.missed), (self.look + self.annoyed, 0.0)


@dataclass(frozen=True, eq=False)
class Priced:
    """What one score costs.

    Parameters
    ----------
    threshold : float
        The best one on all alerts, for use from now on.
    cost : Range
        For 1,000 alerts, each judged with a threshold that was chosen on the other half of the time.
    looked_at, missed : float
        Shares of the alerts, and of the frauds, at the thresholds that were judged.
    shares, costs : sequence of float
        The curve: share of the alerts looked at, and cost for 1,000, on all alerts.
    draws : array
        Of `cost`, for paired differences.
    """

    threshold: float
    cost: Range
    looked_at: float
    missed: float
    shares: tuple[float, ...]
    costs: tuple[float, ...]
    draws: Numbers


def priced(
    score: Sequence[float], fraud: Sequence[bool], rings: Sequence[str], prices: Prices, *, seed: int = 0
) -> Priced:
    """Return what a score costs; alerts are in the order of time.

    A threshold that is judged on the alerts it was chosen on looks too good. So the earlier half chooses for the later
    one and the later for the earlier one.

    Parameters
    ----------
    score : sequence of float
        Higher is more suspicious.
    fraud : sequence of bool
        What an investigation found.
    rings : sequence of str
        What belongs together: a ring that reaches over the middle counts with the earlier half.
    prices : Prices
    seed : int, default 0
        Of the draws: the same for all scores, so that differences are paired.
    """
    values, truth = np.asarray(score, dtype=float), np.asarray(fraud, dtype=bool)
    early = earlier_half(rings)
    looked = np.zeros(len(values), dtype=bool)
    for part in (early, ~early):
        looked[part] = values[part] >= best_threshold(values[~part], truth[~part], prices)
    costs = cost_of(looked, truth, prices)
    weights = drawn_weights(rings, DRAWS, seed)
    draws: Numbers = 1_000 * (weights @ costs) / weights.sum(axis=1)
    shares, curve = cost_curve(values, truth, prices)
    return Priced(
        threshold=best_threshold(values, truth, prices),
        cost=ranged(1_000 * float(costs.mean()), draws),
        looked_at=float(looked.mean()),
        missed=float((truth & ~looked).sum() / max(truth.sum(), 1)),
        shares=shares,
        costs=curve,
        draws=draws,
    )


def cost_of(looked: np.ndarray, fraud: np.ndarray, prices: Prices) -> Numbers:
    """Return what each alert costs."""
    (caught, missed), (annoyed, released) = prices.matrix()
    found: Numbers = np.where(fraud, np.where(looked, caught, missed), np.where(looked, annoyed, released))
    return found


def best_threshold(score: Numbers, fraud: np.ndarray, prices: Prices) -> float:
    """Return the threshold with the least cost; inf where nothing should be looked at."""
    candidates = [float("inf"), *np.unique(score)[::-1].tolist()]
    costs = [float(cost_of(score >= each, fraud, prices).sum()) for each in candidates]
    return float(candidates[int(np.argmin(costs))])


def cost_curve(score: Numbers, fraud: np.ndarray, prices: Prices) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return shares of alerts looked at and the cost for 1,000 alerts, as the threshold falls."""
    candidates = [float("inf"), *np.unique(score)[::-1].tolist()]
    looked = [score >= each for each in candidates]
    return (
        tuple(float(each.mean()) for each in looked),
        tuple(1_000 * float(cost_of(each, fraud, prices).mean()) for each in looked),
    )


def earlier_half(rings: Sequence[str]) -> np.ndarray:
    """Return which alerts belong to the earlier half of the time; those of one ring stay together."""
    seen: dict[str, bool] = {}
    return np.array([seen.setdefault(ring, place < len(rings) / 2) for place, ring in enumerate(rings)], dtype=bool)
