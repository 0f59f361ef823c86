"""Which variants are worth keeping: those that no other one beats, as far as the measurements can tell.

**The rule.** A variant leaves the set only for another that

1. is no worse in any objective, and would still not be if both were measured again:

   - a score (measured on the same rows, it comes out the same) is at least as high;
   - a time is shorter with evidence: by more than repeats differ (`kit.experiments.auto.evidence`), among six variants
     by 30 % after one measurement of each and 20 % after two, so that no variant leaves that a later measurement could
     put before the other;
   - a size is larger by at most 2 %, which counts as equal;

2. and is better with evidence in at least one objective: a paired test of the scores, a time as above, a size smaller
   by more than 2 %.

**While some rows only were asked**, rule 1 asks more of scores: better with evidence, by the paired test. So a variant
leaves the race only where every objective is settled.

**The error.** To leave wrongly, a variant must be beaten by chance in an objective where it is in truth the better one.
Each test errs to that side in one of 40 cases at most, corrected for all rivals: so a variant that belongs to the set
is missing from it with a chance of at most 2.5 % for the race and 2.5 % for the end, 5 % in all.

Times that are measured again are judged again, and the bound is that of each judgement. Where the truth was known, of
those that belong to the set 0.04 % to 1.4 % were missing in 8,000 simulated races of four kinds, and 0 % to 1.9 % in
1,600 with every repeat and judgement that a search makes (``test_auto_front.py`` simulates 2,600).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from kit.experiments.auto.evidence import SAME_SIZE, reading, standing, value_of
from kit.experiments.auto.limits import Limit
from kit.experiments.auto.objective import Objective
from kit.measure.paired import z_of
from kit.result import Result

Measured = Sequence[Result]  # all measurements of one variant, that on most rows first


def beats(
    one: Measured, other: Measured, goals: Sequence[Objective], *, rivals: int = 1, sampled: bool = False
) -> bool:
    """Does the variant `one` put `other` out of the set, by the rule of this module?"""
    better = False
    for goal in goals:
        found = standing(one, other, goal, rivals=rivals, sampled=sampled)
        if not found.no_worse:
            return False
        better = better or found.better
    return better


def beaten(
    measured: Mapping[str, Measured], goals: Sequence[Objective], *, rivals: int | None = None, sampled: bool = False
) -> dict[str, str]:
    """Return every variant that another one beats, with the name of the first that does.

    Parameters
    ----------
    measured : mapping of str to sequence of Result
        The variants by name, all measured on the same rows.
    goals : sequence of Objective
        At least one.
    rivals : int, optional
        How many variants each is compared with in the end; those in `measured` when left out.
    sampled : bool
        Are the rows a sample of those that count?
    """
    count = max(len(measured) - 1 if rivals is None else rivals, 1)
    return {
        name: winner
        for name, each in measured.items()
        for winner in [_winner(name, each, measured, goals, count, sampled)]
        if winner is not None
    }


def _winner(
    name: str, each: Measured, among: Mapping[str, Measured], goals: Sequence[Objective], rivals: int, sampled: bool
) -> str | None:
    for other, rival in among.items():
        if other != name and beats(rival, each, goals, rivals=rivals, sampled=sampled):
            return other
    return None


def over_limit(measured: Measured, limits: Sequence[Limit], *, sampled: bool = False) -> Limit | None:
    """Return the first limit that a variant does not keep, with evidence where a repeat could turn it; else None."""
    for limit in limits:
        value = value_of(measured[0], limit.objective.name)
        if value is not None and _misses(measured, limit, value, sampled):
            return limit
    return None


def _misses(measured: Measured, limit: Limit, value: float, sampled: bool) -> bool:
    goal, z = limit.objective, z_of(0.95)
    if goal.kind == "score":
        error = measured[0].metrics.get(f"{goal.name}_stderr", 0.0) if sampled else 0.0
        return not limit.keeps(value + goal.sign * z * error)
    found = reading(measured, goal)
    if found is None or limit.value <= 0:
        return not limit.keeps(value)
    margin = SAME_SIZE if goal.kind == "size" else z * found[1]
    return goal.sign * (found[0] - math.log(limit.value)) < -margin
