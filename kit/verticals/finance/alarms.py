"""False alarms at a fixed recall, for several scores of the same alerts, with paired intervals.

Alerts of one ring are found or missed together, so rings are drawn, not alerts (the cluster bootstrap, Davison and
Hinkley 1997, Bootstrap Methods and their Application, section 3.8); each draw is used for all scores, so that
differences are paired. Where several alerts have the same score, the curve runs straight through them, as if they were
taken in any order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DRAWS = 2_000
_AT_ONCE = 250

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Range:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Return plain values."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, eq=False)
class Alarms:
    """False alarms at a fixed recall.

    Parameters
    ----------
    recall : float
        The share of the frauds that is found.
    rates : dict of str to Range
        The share of the harmless alerts that is raised then, by name of the score.
    less : dict of str to Range
        By how much that share is lower than with the first score; negative where it is higher.
    frauds, harmless, rings : int
        What it rests on: alerts, alerts, and groups that were drawn.
    """

    recall: float
    rates: dict[str, Range]
    less: dict[str, Range]
    frauds: int
    harmless: int
    rings: int


def false_alarms(
    scores: Mapping[str, Sequence[float]],
    fraud: Sequence[bool],
    rings: Sequence[str],
    *,
    recall: float = 0.8,
    draws: int = DRAWS,
    seed: int = 0,
) -> Alarms:
    """Return the false alarms of several scores at the same recall; the first is what the others are compared with.

    Parameters
    ----------
    scores : mapping of str to sequence of float
        By name; higher is more suspicious.
    fraud : sequence of bool
        What an investigation found.
    rings : sequence of str
        What belongs together.
    recall : float, default 0.8
        Above 0, at most 1.
    draws, seed : int
        Of the bootstrap.
    """
    truth = np.asarray(fraud, dtype=bool)
    names, ones = list(scores), np.ones((1, len(truth)))
    at = {name: rate_at(scores[name], truth, recall, ones)[0] for name in names}
    drawn = drawn_weights(rings, draws, seed)
    spread = {name: rate_at(scores[name], truth, recall, drawn) for name in names}
    first = names[0]
    return Alarms(
        recall=recall,
        rates={name: ranged(at[name], spread[name]) for name in names},
        less={name: ranged(at[first] - at[name], spread[first] - spread[name]) for name in names[1:]},
        frauds=int(truth.sum()),
        harmless=int((~truth).sum()),
        rings=len(set(rings)),
    )


def drawn_weights(rings: Sequence[str], draws: int, seed: int) -> Numbers:
    """Return how often each alert is in each draw of whole rings, an array (draws, alerts)."""
    names = sorted(set(rings))
    place = {name: at for at, name in enumerate(names)}
    member = np.array([place[ring] for ring in rings])
    counts = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    found: Numbers = counts[:, member].astype(float)
    return found


def rate_at(score: Sequence[float], fraud: npt.NDArray[np.bool_], recall: float, weights: Numbers) -> Numbers:
    """Return the share of harmless alerts above the threshold that finds so much of the fraud, for each draw.

    Parameters
    ----------
    score : sequence of float
        Higher is more suspicious.
    fraud : array of bool
    recall : float
    weights : array (draws, alerts)
        How often each alert counts.

    Returns
    -------
    array (draws,)
        NaN where a draw has no fraud or nothing harmless.
    """
    return np.concatenate(
        [
            _rate_at(np.asarray(score), fraud, recall, weights[at : at + _AT_ONCE])
            for at in range(0, len(weights), _AT_ONCE)
        ]
    )


def _rate_at(score: Numbers, fraud: npt.NDArray[np.bool_], recall: float, weights: Numbers) -> Numbers:
    raised, found = curve(score, fraud, weights)
    after = np.argmax(found >= recall - 1e-12, axis=1)
    rows = np.arange(len(weights))
    before = np.maximum(after - 1, 0)
    gone = found[rows, after] - found[rows, before]
    part = np.divide(recall - found[rows, before], gone, out=np.ones(len(rows)), where=gone > 0)
    found_rate: Numbers = raised[rows, before] + part * (raised[rows, after] - raised[rows, before])
    return found_rate


def curve(score: Numbers, fraud: npt.NDArray[np.bool_], weights: Numbers) -> tuple[Numbers, Numbers]:
    """Return shares of harmless alerts raised and of frauds found, as the threshold falls from above every score.

    Alerts with one score come in together. Both are arrays (draws, thresholds), from 0 to 1.
    """
    order = np.argsort(-score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) != 0])
    held = weights[:, order]
    parts = []
    for part in (~fraud[order], fraud[order]):
        steps = np.cumsum(np.add.reduceat(held * part, starts, axis=1), axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            parts.append(np.hstack([np.zeros((len(weights), 1)), steps / steps[:, -1:]]))
    return parts[0], parts[1]


def ranged(value: float, spread: Numbers) -> Range:
    """Return a number with the percentile interval of its draws; draws without an answer are left out."""
    held = spread[np.isfinite(spread)]
    if not len(held):
        return Range(float(value), float("nan"), float("nan"))
    low, high = np.quantile(held, [0.025, 0.975])
    return Range(float(value), float(low), float(high))
