"""The tuned model in fewer bits: how small it can be held without losing anything that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.i18n import N_, _
from kit.result import Result
from kit.verticals.compared import compared
from kit.verticals.intervals import as_dict, interval_of, words
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet, step
from kit.verticals.steps.wording import metric_name
from kit.words import count, duration, memory

if TYPE_CHECKING:
    from kit.verticals.case import Case


@step(N_("Squeezed"))
def squeeze(case: Case) -> Report:
    """Return what each way of holding the tuned model reaches, takes and loses."""
    if case.tuned_run is None:
        case.tune()
    if case.tuned_run is None:
        raise NotYet
    run = case.carry_out("squeeze", case.sweep_spec())
    result = run.result
    done = [part for part in result.parts if part.status == "finished"]
    reference = done[0] if done else None
    rows = [_row(case, part, reference) for part in result.parts]
    best = smallest(case, done)
    if best is not None:
        case.write({"smallest": best})
    head = (_("Held as"), metric_name(case.metric), _("In memory"), _("One answer"), _("Against {first}"))
    first = str(reference.facts["method"]) if reference is not None else ""
    return Report(
        title=_("Squeezed"),
        sentence=_said(best, first),
        table=(tuple(each.format(first=first) for each in head), *rows),
        notes=(_("Measured on {n} rows, each way in a process of its own.").format(n=count(len(_rows(done)))),),
        result=result,
        run=run,
    )


def smallest(case: Case, parts: list[Result]) -> dict[str, Any] | None:
    """Return the way of holding the model that takes least memory among those without evidence of a loss."""
    able = [part for part in parts if part is parts[0] or _kind(case, part, parts[0]) != "worse"]
    weighed = [part for part in able if part.metrics.get("weight_mib")]
    if not weighed:
        return None
    best = min(weighed, key=lambda part: part.metrics["weight_mib"])
    return {
        "method": best.facts["method"],
        **as_dict(interval_of(best, case.metric)),
        "mib": round(best.metrics["weight_mib"], 1),
        "reference_mib": round(parts[0].metrics.get("weight_mib", 0.0), 1),
    }


def _said(best: dict[str, Any] | None, first: str) -> str:
    if best is None:
        return _("No way of holding the model could be measured here.")
    if best["method"] == first:
        return _("No smaller way of holding the model than {first} is without evidence of a loss here.").format(
            first=first
        )
    text = _("Held as {method} its weights take {mib} in place of {reference}, with no evidence of a loss.")
    return text.format(method=best["method"], mib=memory(best["mib"]), reference=memory(best["reference_mib"]))


def _row(case: Case, part: Result, reference: Result | None) -> tuple[str, ...]:
    method = str(part.facts.get("method") or "?")
    if part.status != "finished" or reference is None:
        return (
            method,
            "–",
            "–",
            "–",
            str((part.error or {}).get("message") or part.facts.get("given_up") or _("left out")),
        )
    answer = part.measurements.get("e2el_s")
    weight = part.metrics.get("weight_mib")
    return (
        method,
        words(interval_of(part, case.metric)),
        "–" if weight is None else memory(weight),
        "–" if answer is None else duration(answer.p50),
        _("reference") if part is reference else _sentence(case, part, reference),
    )


def _sentence(case: Case, part: Result, reference: Result) -> str:
    verdict = compared(part, reference, case.metric)
    return _("too few rows to compare") if verdict is None else verdict.sentence


def _kind(case: Case, part: Result, reference: Result) -> str:
    verdict = compared(part, reference, case.metric)
    return "" if verdict is None else verdict.kind


def _rows(done: list[Result]) -> range:
    return range(int(done[0].facts.get("rows") or 0)) if done else range(0)
