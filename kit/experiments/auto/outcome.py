"""What a search leaves behind: a part for each variant, who is in the set, and what was not tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kit.experiments.auto.evidence import LEVEL, REPEAT_NOISE, value_of
from kit.experiments.auto.limits import read_limits
from kit.experiments.auto.race import choose, eligible, front
from kit.experiments.auto.spec import AutoSpec
from kit.experiments.auto.trial import Trial
from kit.experiments.judged import judged_together
from kit.experiments.ready import Ready
from kit.i18n import _
from kit.machine.provenance import seeds
from kit.measure.one_answer import only_answer, only_answer_words
from kit.report import Report
from kit.result import Result, Status


def outcome(
    spec: AutoSpec,
    report: Report,
    trials: Sequence[Trial],
    ready: Mapping[str, Ready],
    *,
    status: Status,
    spent: float,
) -> Result:
    """Return the result of a search, and say its parts anew with what became of each.

    Parameters
    ----------
    spec : AutoSpec
        What was searched.
    report : Report
        Of the search.
    trials : sequence of Trial
        All candidates, judged.
    ready : mapping of str to Ready
        The models that were measured.
    status : {"finished", "stopped"}
    spent : float, seconds
        Of the budget.
    """
    inside = front(trials)
    parts = [part for trial in _in_order(trials) if (part := trial.part(front=trial in inside)) is not None]
    parts = judged_together(parts, folder=report.folder)
    for part in parts:
        report.record("variant", part.to_dict())
    limits = read_limits(spec.limits)
    best = choose(inside, spec.goals, limits)
    note = "" if best is None else _note(best, eligible(inside, spec.goals, limits))
    facts: dict[str, Any] = {
        "pareto": [trial.name for trial in inside],
        "best": None if best is None else {**_said(best, spec), "note": note},
        "out": {trial.name: trial.out for trial in trials if trial.out},
        "not_tried": [_not_tried(trial) for trial in trials if _is_open(trial)],
        "objectives": list(spec.objectives),
        "budget": {"seconds": spec.minutes * 60, "spent_s": round(spent, 1)},
        "rule": {"level": LEVEL, "repeat_noise": REPEAT_NOISE},
        "reference": next((part.facts["method"] for part in parts if part.status == "finished"), None),
    }
    facts["summary"] = _summary(inside, best, len(facts["not_tried"]))
    report.message(" ".join(filter(None, (_sentence(spec, inside, best, facts["not_tried"]), note))))
    models = {name: each.model for name, each in ready.items()}
    origin: dict[str, Any] = {"models": models, "seeds": seeds(spec.to_dict())}
    hashes = {each.data.hash for each in ready.values()}
    if len(hashes) == 1:
        origin["data_hash"] = hashes.pop()
    return Result(spec=spec.to_dict(), status=status, parts=tuple(parts), facts=facts, provenance=origin)


def _in_order(trials: Sequence[Trial]) -> list[Trial]:
    """Return trials as tables show them: those on all rows first, the heaviest first, which is the reference."""
    return sorted(trials, key=lambda t: (t.failed, "all" not in t.looks, -t.candidate.weight))


def _is_open(trial: Trial) -> bool:
    return not trial.failed and "all" not in trial.looks and not trial.out


def _not_tried(trial: Trial) -> dict[str, str]:
    """Return what was not measured, or on a part of the rows only, and why."""
    return {
        "name": trial.name,
        "model": trial.candidate.model,
        "method": trial.candidate.variant.method,
        "measured": "part" if trial.measured else "",
        "reason": trial.why or _("the search was stopped before"),
    }


def _said(trial: Trial, spec: AutoSpec) -> dict[str, Any]:
    values = {goal.name: value_of(trial.measured[0], goal.name) for goal in spec.goals}
    return {"name": trial.name, "variant": trial.candidate.variant.to_dict(), **values}


def _note(best: Trial, among: Sequence[Trial]) -> str:
    """Return what to know of variants that give every row the same label: the first choice, or those passed over."""
    if only_answer(best.measured[0]):
        words = _("Doubtful: {name} {words}, and nothing else in the set tells rows apart.")
        return words.format(name=best.name, words=only_answer_words(best.measured[0]))
    told = [f"{trial.name} {words}" for trial in among if (words := only_answer_words(trial.measured[0]))]
    if not told:
        return ""
    words = _("Not chosen, since accuracy says only how frequent that label is: {names}.")
    return words.format(names=", ".join(told))


def _summary(inside: Sequence[Trial], best: Trial | None, missing: int) -> str:
    said = [_("front: {names}").format(names=", ".join(trial.name for trial in inside) or _("none"))]
    if best is not None:
        said.append(_("best: {name}").format(name=best.name))
        if only_answer(best.measured[0]):
            said[-1] += f" ({only_answer_words(best.measured[0])})"
    if missing:
        said.append(_("{n} not tried on all rows").format(n=missing))
    return "; ".join(said)


def _sentence(spec: AutoSpec, inside: Sequence[Trial], best: Trial | None, missing: Sequence[Any]) -> str:
    if not inside:
        return _("The search found no variant that could be measured and keeps the limits.")
    words = _("Nobody beats these in {objectives}: {names}.").format(
        objectives=", ".join(goal.name for goal in spec.goals), names=", ".join(trial.name for trial in inside)
    )
    if best is not None:
        words += " " + _("First choice: {name}.").format(name=best.name)
    if missing:
        words += " " + _("Not measured on all rows: {names}.").format(names=", ".join(x["name"] for x in missing))
    return words
