"""Who is still in the race, who is in the set at the end, and which one to take."""

from __future__ import annotations

from collections.abc import Sequence

from kit.experiments.auto.evidence import may_tell, standing, value_of
from kit.experiments.auto.fidelity import AGAIN
from kit.experiments.auto.front import beaten, over_limit
from kit.experiments.auto.limits import Limit
from kit.experiments.auto.objective import Objective
from kit.experiments.auto.trial import Trial
from kit.i18n import _
from kit.measure.one_answer import only_answer


def judge(trials: Sequence[Trial], goals: Sequence[Objective], limits: Sequence[Limit], *, rivals: int) -> None:
    """Note at each trial whether it is out, and why, by the rule of `kit.experiments.auto.front`.

    Parameters
    ----------
    trials : sequence of Trial
        All of them.
    goals, limits
        Of the search.
    rivals : int
        How many variants each may be compared with in the end.
    """
    for trial in trials:
        trial.out = _limit_words(trial, limits)
        trial.broken = bool(trial.out)
    inside = [trial for trial in trials if trial.measured and not trial.out]
    whole = {trial.name: trial.measured for trial in inside if "all" in trial.looks}
    part = {trial.name: trial.part_first for trial in inside if trial.part_first}
    found = {
        **{name: by for name, by in beaten(part, goals, rivals=rivals, sampled=True).items() if name not in whole},
        **beaten(whole, goals, rivals=rivals),
    }
    for trial in inside:
        if trial.name in found:
            words = _("{name} is no worse in any objective, and better in at least one")
            trial.out = words.format(name=found[trial.name])


def undecided(trials: Sequence[Trial], goals: Sequence[Objective], *, rivals: int) -> list[Trial]:
    """Return the trials that a time alone keeps in the set, where measuring it again has a chance to tell.

    One is ahead of the other in that time, without evidence, and no worse in anything else.
    """
    whole = [trial for trial in front(trials) if "all" in trial.looks]
    return [
        trial
        for trial in whole
        if any(_nearly(*pair, goals, rivals) for other in whole for pair in ((trial, other), (other, trial)))
    ]


def _nearly(one: Trial, other: Trial, goals: Sequence[Objective], rivals: int) -> bool:
    """Would `one` beat `other` if there were more evidence on times?"""
    if one is other:
        return False
    more = (_repeats_left(one), _repeats_left(other))
    open_goals = [g for g in goals if not standing(one.measured, other.measured, g, rivals=rivals).no_worse]
    return bool(open_goals) and all(
        goal.kind == "time" and may_tell(one.measured, other.measured, goal, rivals=rivals, more=more)
        for goal in open_goals
    )


def _repeats_left(trial: Trial) -> int:
    return sum(fidelity not in trial.looks for fidelity in AGAIN)


def front(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials that nobody beats: those measured and not out."""
    return [trial for trial in trials if trial.measured and not trial.out]


def choose(trials: Sequence[Trial], goals: Sequence[Objective], limits: Sequence[Limit]) -> Trial | None:
    """Return which variant of the set to take, or None where none keeps the limits.

    Of those that keep them: the best in the first objective, or, where others are not worse than that with evidence,
    the best of these in the second; one that tells rows apart where any does, measured on all rows where any is.
    """
    able = eligible(trials, goals, limits)
    able = [trial for trial in able if not only_answer(trial.measured[0])] or able
    able = [trial for trial in able if "all" in trial.looks] or able
    if not able:
        return None
    best = max(able, key=lambda trial: _gain(trial, goals[0]))
    if len(goals) == 1:
        return best
    near = [trial for trial in able if not standing(best.measured, trial.measured, goals[0], rivals=len(able)).better]
    return max(near, key=lambda trial: (_gain(trial, goals[1]), _gain(trial, goals[0])))


def eligible(trials: Sequence[Trial], goals: Sequence[Objective], limits: Sequence[Limit]) -> list[Trial]:
    """Return the variants of the set that keep the limits and were measured in the first objective."""
    able = [trial for trial in trials if all(_keeps(trial, limit) for limit in limits)]
    return [trial for trial in able if value_of(trial.measured[0], goals[0].name) is not None]


def promising(trials: Sequence[Trial], goals: Sequence[Objective]) -> list[Trial]:
    """Return trials, those first whose plain numbers fewest others beat."""
    values = {id(trial): [_gain(trial, goal) for goal in goals] for trial in trials}

    def ahead(trial: Trial) -> int:
        own = values[id(trial)]
        return sum(all(x >= y for x, y in zip(each, own, strict=True)) and each != own for each in values.values())

    return sorted(trials, key=ahead)


def _gain(trial: Trial, goal: Objective) -> float:
    value = value_of(trial.measured[0], goal.name)
    return float("-inf") if value is None else goal.sign * value


def _keeps(trial: Trial, limit: Limit) -> bool:
    value = value_of(trial.measured[0], limit.objective.name)
    return value is not None and limit.keeps(value)


def _limit_words(trial: Trial, limits: Sequence[Limit]) -> str:
    found = over_limit(trial.measured, limits, sampled="all" not in trial.looks) if trial.measured else None
    if found is None:
        return ""
    value = value_of(trial.measured[0], found.objective.name)
    words = _("{metric} is {value:.4g} instead of at least {limit:.4g}")
    if not found.objective.more:
        words = _("{metric} is {value:.4g} instead of at most {limit:.4g}")
    return words.format(metric=found.objective.name, value=value, limit=found.value)
