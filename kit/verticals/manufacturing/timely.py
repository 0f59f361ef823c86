"""How early, how often and how often in vain: lead time, alarms a week and missed failures, with intervals by machine.

Windows of a machine say the same again and again, so machines are drawn anew, not windows (a cluster bootstrap: Field
and Welsh 2007, Journal of the Royal Statistical Society B 69, 369-390). Two methods are compared in the same draws.

Draws of few events say too little: where all failures were foreseen, every draw says so. So an interval is never
narrower than what so many failures or alarms could show if each came by itself: Wilson's for a share, Garwood's for a
rate (1936, Biometrika 28, 437-442), Tango's for the difference of two shares on the same failures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kit.measure.interval import wilson
from kit.measure.paired import score_interval
from kit.verticals.manufacturing.judged import Judged

DRAWS = 2000
_LEVEL = 0.95
Draws = np.ndarray  # (draws, machines): how often each machine was drawn


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval; NaN where there is nothing to count."""

    value: float
    low: float
    high: float

    def as_list(self) -> list[float | None]:
        """Return value, low and high for a file, None where one is not known."""
        return [None if np.isnan(each) else float(each) for each in (self.value, self.low, self.high)]


@dataclass(frozen=True, kw_only=True)
class Timely:
    """What alarms were worth on some machines.

    Parameters
    ----------
    machines, failures, late, missed, alarms, false, unknown : int
        Counts over all machines, as in `Judged`.
    leads : tuple of int, hours
        Of the failures that were foreseen.
    lead : Estimate, hours
        Their median.
    foreseen : Estimate
        Share of the failures that were foreseen in time.
    per_week, false_per_week : Estimate
        Alarms, and false ones, for each machine and week.
    """

    machines: int
    failures: int
    late: int
    missed: int
    alarms: int
    false: int
    unknown: int
    leads: tuple[int, ...]
    lead: Estimate
    foreseen: Estimate
    per_week: Estimate
    false_per_week: Estimate


def timely(found: Sequence[Judged], *, seed: int = 0, draws: int = DRAWS) -> Timely:
    """Return what alarms were worth, with intervals from drawing the machines anew.

    Parameters
    ----------
    found : sequence of Judged
        One for each machine.
    seed, draws : int
        Of the bootstrap.
    """
    counts = machine_draws(len(found), seed=seed, draws=draws)
    names = ("failures", "late", "missed", "alarms", "false", "unknown")
    total = {name: sum(getattr(each, name) for each in found) for name in names}
    leads = tuple(lead for each in found for lead in each.leads)
    weeks = sum(each.weeks for each in found)

    def rate(what: str) -> Estimate:
        alone = tuple(end / weeks for end in garwood(total[what])) if weeks else (0.0, 0.0)
        return _at_least(_estimate(counts, lambda drawn: weekly(found, drawn, what)), *alone)

    foreseen = _estimate(counts, lambda drawn: foreseen_share(found, drawn))
    return Timely(
        machines=len(found),
        **total,
        leads=leads,
        lead=_estimate(counts, lambda drawn: median_lead(found, drawn)),
        foreseen=_at_least(foreseen, *wilson(len(leads), total["failures"])),
        per_week=rate("alarms"),
        false_per_week=rate("false"),
    )


def _at_least(estimate: Estimate, low: float, high: float) -> Estimate:
    """Return an estimate whose interval holds another one, too."""
    if np.isnan(estimate.value):
        return estimate
    return Estimate(estimate.value, min(estimate.low, low), max(estimate.high, high))


def garwood(events: int, level: float = _LEVEL) -> tuple[float, float]:
    """Return the exact interval of the mean of a Poisson count."""
    tail = (1 - level) / 2
    low = _mean_where(lambda mean: 1 - _at_most(events - 1, mean) < tail) if events else 0.0
    return low, _mean_where(lambda mean: _at_most(events, mean) > tail)


def _at_most(events: int, mean: float) -> float:
    """Return how likely a Poisson count of this mean is at most so many."""
    logs = (n * math.log(mean) - mean - math.lgamma(n + 1) for n in range(events + 1))
    return math.fsum(math.exp(each) for each in logs)


def _mean_where(below: Callable[[float], bool]) -> float:
    """Return the mean up to which something is true, by halving."""
    low, high = 1e-9, 1.0
    while below(high):
        low, high = high, 2 * high
    for _halving in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return (low + high) / 2


def machine_draws(machines: int, *, seed: int = 0, draws: int = DRAWS) -> Draws:
    """Return how often each machine is drawn in each of the draws."""
    counts: Draws = np.random.default_rng(seed).multinomial(machines, np.full(machines, 1 / machines), size=draws)
    return counts


def _estimate(counts: Draws, statistic: Callable[[Draws], np.ndarray]) -> Estimate:
    whole = float(statistic(np.ones((1, counts.shape[1]), dtype=int))[0])
    return Estimate(whole, *interval(statistic(counts)))


def interval(drawn: np.ndarray) -> tuple[float, float]:
    """Return the percentile interval of what was drawn, over the draws that have a value."""
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)


def weekly(found: Sequence[Judged], counts: Draws, what: str) -> np.ndarray:
    """Return how many of something there are for each machine and week, in each draw."""
    return np.asarray(_ratio(counts @ _column(found, what), counts @ _column(found, "weeks")))


def foreseen_share(found: Sequence[Judged], counts: Draws) -> np.ndarray:
    """Return the share of the failures that were foreseen in time, in each draw."""
    leads = np.array([len(each.leads) for each in found], dtype=float)
    return np.asarray(_ratio(counts @ leads, counts @ _column(found, "failures")))


def median_lead(found: Sequence[Judged], counts: Draws) -> np.ndarray:
    """Return the median lead time in each draw; NaN where no failure was foreseen."""
    pairs = sorted((lead, place) for place, each in enumerate(found) for lead in each.leads)
    if not pairs:
        return np.full(len(counts), np.nan)
    leads = np.array([lead for lead, _place in pairs], dtype=float)
    weights = counts[:, [place for _lead, place in pairs]].cumsum(axis=1)  # drawn so often, in the order of the leads
    n = weights[:, -1]
    low = (weights >= ((n + 1) // 2)[:, None]).argmax(axis=1)
    high = (weights >= (n // 2 + 1)[:, None]).argmax(axis=1)
    return np.where(n > 0, (leads[low] + leads[high]) / 2, np.nan)


def _column(found: Sequence[Judged], name: str) -> np.ndarray:
    return np.array([getattr(each, name) for each in found], dtype=float)


def _ratio(upper: Any, lower: Any) -> np.ndarray:
    return np.asarray(np.divide(upper, lower, out=np.full(np.shape(upper), np.nan), where=lower > 0))


@dataclass(frozen=True, kw_only=True)
class Gap:
    """One method minus another on the same machines, each with its 95 % interval."""

    lead: Estimate
    foreseen: Estimate
    false_per_week: Estimate


def gap(new: Sequence[Judged], reference: Sequence[Judged], *, seed: int = 0, draws: int = DRAWS) -> Gap:
    """Return how two methods differ on the same machines, in the same order."""
    counts = machine_draws(len(new), seed=seed, draws=draws)

    def minus(statistic: Callable[[Sequence[Judged], Draws], np.ndarray]) -> Estimate:
        return _estimate(counts, lambda drawn: statistic(new, drawn) - statistic(reference, drawn))

    foreseen = minus(foreseen_share)
    pairs = [pair for one, two in zip(new, reference, strict=True) for pair in zip(one.caught, two.caught, strict=True)]
    if pairs:
        ours, theirs = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
        foreseen = _at_least(foreseen, *score_interval(ours, theirs, len(pairs)))
    return Gap(
        lead=minus(median_lead),
        foreseen=foreseen,
        false_per_week=minus(lambda found, drawn: weekly(found, drawn, "false")),
    )
