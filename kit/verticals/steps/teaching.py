"""The model learns the rows with LoRA, and is measured on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.i18n import N_, _
from kit.measure.verdict import Verdict
from kit.result import Result
from kit.verticals.compared import compared
from kit.verticals.intervals import as_dict, interval_of, words
from kit.verticals.steps.asking import also
from kit.verticals.steps.reading import read_answers
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet, step
from kit.verticals.steps.wording import metric_name, one_answer
from kit.words import count, duration

if TYPE_CHECKING:
    from kit.verticals.case import Case


@step(N_("Tuned with LoRA"))
def tune(case: Case) -> Report:
    """Return what came of the tuning."""
    spec = case.tune_spec()
    run = case.carry_out("tune", spec)
    result = run.result
    case.write({"tuned_model": f"run:{run.id}"})
    metrics, facts = result.metrics, []
    if "validation_loss" in metrics:
        facts.append((_("Loss on rows to choose by"), f"{metrics['validation_loss']:.3f}"))
    facts += [
        (_("Steps"), count(metrics["steps"])),
        (_("Passes over the rows"), f"{spec.epochs:g}" if spec.steps is None else _("less than one (quick look)")),
        (_("Took"), duration(run.status.elapsed_s or 0.0)),
        (_("Memory at its peak"), _("{n:.1f} GB").format(n=metrics.get("peak_memory_mib", 0.0) * 1.048576e-3)),
    ]
    sentence = _("{model} has learnt from {n} rows: an adapter of rank {rank}, the weights stay as they are.").format(
        model=case.model, n=count(len(case.fit)), rank=spec.rank
    )
    return Report(title=_("Tuned with LoRA"), sentence=sentence, facts=tuple(facts), result=result, run=run)


@step(N_("The tuned model, measured"))
def tuned(case: Case) -> Report:
    """Return what the tuned model reaches, against what was there before."""
    run = case.tuned_run
    if run is None:
        case.tune()
        run = case.tuned_run
    if run is None:
        raise NotYet
    measured = case.carry_out("tuned", case.evaluate_spec(model=run))
    result = measured.result
    reached = interval_of(result, case.metric)
    found = against(case, result)
    case.write(
        {
            "tuned": as_dict(reached),
            "verdicts": {who: verdict.sentence for who, verdict in found.items()},
            "kinds": {who: verdict.kind for who, verdict in found.items()},
            **also(case, "tuned", result),
        }
    )
    sentence = _("The tuned model reaches {metric} {value} on {n} rows that it has not seen.").format(
        metric=metric_name(case.metric), value=words(reached), n=count(result.facts["rows"])
    )
    return Report(
        title=_("The tuned model, measured"),
        sentence=sentence,
        facts=(
            *((_(_AGAINST[who]), verdict.sentence) for who, verdict in found.items()),
            *read_answers(case, "tuned", run),
        ),
        notes=one_answer(result),
        result=result,
        run=measured,
    )


_AGAINST = {"base_model": N_("Against the model as it was"), "baseline": N_("Against the baseline")}


def against(case: Case, result: Result) -> dict[str, Verdict]:
    """Return the paired verdicts on the tuned model against those that were measured on the same rows."""
    others = {"base_model": case.untuned_result, "baseline": case.baseline_result}
    found = {who: compared(result, other, case.metric) for who, other in others.items() if other is not None}
    return {who: verdict for who, verdict in found.items() if verdict is not None}
