"""What two measured variants say of one objective: which is no worse, and whether there is evidence that it is better.

Every test is two-sided at `LEVEL`, so that evidence in favour of the wrong one comes up in at most one of 40 tests, and
is corrected (Bonferroni) for the number of rivals a variant has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import KitError
from kit.experiments.auto.objective import Objective
from kit.measure.correction import level_for_each
from kit.measure.judging import enough, found_in
from kit.measure.paired import z_of
from kit.measure.pairing import Pairs, pair, pair_right
from kit.result import Result

LEVEL = 0.95
REPEAT_NOISE = 0.07  # standard deviation, as a share, of a time from repeat to repeat: nineteen in twenty within 14 %
SIZE_NOISE = 0.01  # the same of a memory peak or a file
FAIR = 0.1  # chance below which times are not measured again
SAME_SIZE = 0.02  # sizes that differ by less are equal


@dataclass(frozen=True)
class Standing:
    """How one variant stands to another in one objective.

    Parameters
    ----------
    no_worse : bool
        It is at least as good, and measuring both again would not turn that.
    better : bool
        There is evidence that it is better.
    """

    no_worse: bool
    better: bool


def value_of(result: Result, name: str) -> float | None:
    """Return what `result` measured: the median of raw samples, else the final number."""
    samples = result.measurements.get(name)
    found = samples.p50 if samples is not None else result.metrics.get(name)
    return None if found is None or math.isnan(found) else float(found)


def standing(
    one: Sequence[Result], other: Sequence[Result], goal: Objective, *, rivals: int = 1, sampled: bool = False
) -> Standing:
    """Return how the variant `one` stands to `other`.

    Parameters
    ----------
    one, other : sequence of Result
        All measurements of each variant; scores are read from the first of them.
    goal : Objective
        In what they are compared.
    rivals : int
        How many variants each is compared with.
    sampled : bool
        Are the rows only a sample of those that count? Then a score is no worse only where it is better with evidence.
    """
    if goal.kind == "score":
        return _scores(one[0], other[0], goal, rivals, sampled)
    values = [reading(each, goal) for each in (one, other)]
    if None in values:
        return Standing(False, False)
    (value, error), (rival, rival_error) = (each for each in values if each is not None)
    gain = goal.sign * (value - rival)  # logarithms: above 0 `one` is better
    better = gain > z_of(level_for_each(LEVEL, rivals)) * math.hypot(error, rival_error)
    if goal.kind == "size":
        return Standing(gain >= -SAME_SIZE, better and gain > SAME_SIZE)
    return Standing(better, better)


def reading(results: Sequence[Result], goal: Objective) -> tuple[float, float] | None:
    """Return the logarithm of a time or size, averaged over its measurements, and its standard error.

    Of each measurement the error holds what differs from repeat to repeat (`REPEAT_NOISE`, or the share of the
    processor that other programs used meanwhile where that is more) and what its own requests scatter; times that
    differ more than that from one measurement to the next have the error that these differences tell.
    """
    found = [(value, each) for each in results if (value := value_of(each, goal.name)) is not None and value > 0]
    if not found:
        return None
    logs, n = [math.log(value) for value, _each in found], len(found)
    mean = math.fsum(logs) / n
    variance = math.fsum(_variance(each, goal) for _value, each in found) / n**2
    if n > 1 and goal.kind == "time":
        variance = max(variance, math.fsum((x - mean) ** 2 for x in logs) / (n - 1) / n)
    return mean, math.sqrt(variance)


def may_tell(
    one: Sequence[Result], other: Sequence[Result], goal: Objective, *, rivals: int, more: tuple[int, int]
) -> bool:
    """Is there a fair chance that timing both again gives evidence that `one`, which is ahead, is better?

    Parameters
    ----------
    one, other : sequence of Result
        All measurements of each variant.
    goal : Objective
        A time.
    rivals : int
        How many variants each is compared with.
    more : tuple of int
        How many times each may still be measured.

    Returns
    -------
    bool
        False where `one` is not ahead, or in fewer than `FAIR` of all cases it would be evident in the end.
    """
    values = reading(one, goal), reading(other, goal)
    if values[0] is None or values[1] is None:
        return False
    gain = goal.sign * (values[0][0] - values[1][0])
    now = [error**2 for _mean, error in (values[0], values[1])]
    counts = [sum(value_of(each, goal.name) is not None for each in side) for side in (one, other)]
    then = [variance * n / (n + extra) for variance, n, extra in zip(now, counts, more, strict=True)]
    moves = math.sqrt(max(math.fsum(now) - math.fsum(then), 0.0))  # by how much more measurements shift the difference
    needed = z_of(level_for_each(LEVEL, rivals)) * math.sqrt(math.fsum(then))
    return gain > 0 and gain + z_of(1 - 2 * FAIR) * moves > needed


def _variance(result: Result, goal: Objective) -> float:
    """Return the variance of the logarithm of one measurement."""
    if goal.kind == "size":
        return SIZE_NOISE**2
    others = float(result.facts.get("others_cpu_share") or 0.0)
    samples = result.measurements.get(goal.name)
    positive = [x for x in samples.samples if x > 0] if samples is not None else []
    own = 0.0
    if len(positive) > 1:  # the error of a median of n is 1.25 that of their mean (of a normal distribution)
        logs = [math.log(x) for x in positive]
        mean = math.fsum(logs) / len(logs)
        own = 1.25**2 * math.fsum((x - mean) ** 2 for x in logs) / (len(logs) - 1) / len(logs)
    return max(REPEAT_NOISE, others) ** 2 + own


def _scores(one: Result, other: Result, goal: Objective, rivals: int, sampled: bool) -> Standing:
    pairs = _pairs(one, other, goal)
    if pairs is None or not enough(pairs):  # no record row by row: the numbers alone, which are no evidence
        values = value_of(one, goal.name), value_of(other, goal.name)
        known = [value for value in values if value is not None]
        ahead = len(known) == 2 and goal.sign * (known[0] - known[1]) >= 0
        return Standing(ahead and not sampled, False)
    found = found_in(pairs, rivals)
    gain = goal.sign * found.difference
    better = gain > 0 and rivals * found.decision_p <= 1 - LEVEL
    return Standing(better if sampled else gain >= 0, better)


def _pairs(one: Result, other: Result, goal: Objective) -> Pairs | None:
    try:
        if goal.name == "acc" and "right" in one.facts and "right" in other.facts:
            return pair_right(one, other)
        return pair(one, other, metric=goal.name)
    except KitError:
        return None
