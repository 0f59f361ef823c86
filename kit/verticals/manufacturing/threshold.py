"""The threshold of alarms, chosen on machines that nothing was learnt from and nothing is reported of."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kit.verticals.manufacturing.alarms import Rule, alarms_of
from kit.verticals.manufacturing.judged import judged
from kit.verticals.manufacturing.tracks import Track

_GRID = 160


def choose_rule(
    tracks: Sequence[Track], risks: Sequence[np.ndarray], *, most_false: float, claim: int, k: int = 2, n: int = 3
) -> Rule:
    """Return the rule with the lowest threshold that keeps false alarms rare enough on these machines.

    Parameters
    ----------
    tracks, risks : sequence
        Machines that nothing was learnt from, and the probabilities at their windows.
    most_false : float
        False alarms allowed for each machine and week.
    claim : int, hours
        An alarm is right where a failure follows within so long.
    k, n : int, default 2 of 3
        Of the rule.
    """
    every = np.concatenate([np.asarray(risk, dtype=float) for risk in risks])
    grid = np.unique(np.quantile(every, np.linspace(0, 1, _GRID)))
    chosen = math.nextafter(float(grid[-1]), math.inf)  # where even the highest is too low, none is raised
    weeks = sum(track.weeks for track in tracks)
    for threshold in grid[::-1]:
        rule = Rule(threshold=float(threshold), k=k, n=n)
        false = sum(
            judged(track, alarms_of(track, risk, rule), claim=claim).false
            for track, risk in zip(tracks, risks, strict=True)
        )
        if false > most_false * weeks:
            break
        chosen = float(threshold)
    return Rule(threshold=chosen, k=k, n=n)
