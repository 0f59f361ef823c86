"""The verdict: what was reached by whom, who wins, and what a language model adds where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.i18n import N_, _
from kit.verticals.intervals import words
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet, step
from kit.verticals.steps.teaching import against
from kit.verticals.steps.wording import metric_name
from kit.words import count, memory

if TYPE_CHECKING:
    from kit.measure.verdict import Verdict
    from kit.verticals.case import Case


@step(N_("Verdict"))
def verdict(case: Case) -> Report:
    """Return what all of it comes to, from what was measured; nothing is started."""
    result = case.tuned_result
    if result is None:
        raise NotYet
    found = against(case, result)
    held = case.outcome.values
    table = [(_("Who"), metric_name(case.metric))]
    table += [(name, words(held[key])) for key, name in _names(held) if held.get(key)]
    told = (_added(case, found), *case.verdict_notes(), _learnt(found), _squeezed(held), _look(case))
    notes = [each for each in told if each]
    return Report(title=_("Verdict"), sentence=_won(case, found), table=tuple(table), notes=tuple(notes), result=result)


def _names(held: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("baseline", str(held.get("baseline_name") or _("Baseline"))),
        ("base_model", _("{model}, untuned").format(model=held.get("model"))),
        ("tuned", _("{model}, tuned with LoRA").format(model=held.get("model"))),
    ]


def _won(case: Case, found: dict[str, Verdict]) -> str:
    """Return who is better, the tuned model or the baseline, in a sentence."""
    verdict, name = found.get("baseline"), str(case.outcome["baseline_name"])
    if verdict is None:
        return _("There is no baseline on enough of the same rows to compare the tuned model with.")
    rows = count(verdict.n)
    if verdict.kind == "better":
        return _("The tuned model is {words} than {name} on the same {n} rows.").format(
            words=verdict.sentence, name=name, n=rows
        )
    if verdict.kind == "worse":
        return _("{name} wins: the tuned model is {words} on the same {n} rows.").format(
            name=name, words=verdict.sentence, n=rows
        )
    return _("Between the tuned model and {name} there is {words} on the same {n} rows.").format(
        words=verdict.sentence, name=name, n=rows
    )


def _added(case: Case, found: dict[str, Verdict]) -> str:
    """Return what the model adds where the baseline is as good or better."""
    verdict = found.get("baseline")
    if verdict is None or verdict.kind == "better":
        return ""
    plain = _("If a right answer is all that is needed, take {name}: it is simpler and faster.").format(
        name=case.outcome["baseline_name"]
    )
    return f"{plain} {_(case.profile.adds)}".strip()


def _learnt(found: dict[str, Verdict]) -> str:
    verdict = found.get("base_model")
    return "" if verdict is None else _("Against the untuned model: {words}.").format(words=verdict.sentence)


def _squeezed(held: dict[str, Any]) -> str:
    best = held.get("smallest")
    if not best:
        return ""
    return _("Smallest without evidence of a loss: {method}, {mib}.").format(
        method=best["method"], mib=memory(best["mib"])
    )


def _look(case: Case) -> str:
    return (
        _("This was a quick look at a few rows: its numbers say that everything works, not how well.")
        if case.quick
        else ""
    )
