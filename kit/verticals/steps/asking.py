"""Which model, what is not a language model, and how good the model is before it has learnt anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.choosing import recommend
from kit.i18n import N_, _
from kit.machine import this_machine
from kit.models import catalogue
from kit.result import Result
from kit.verticals import plan
from kit.verticals.intervals import as_dict, interval_of, words
from kit.verticals.steps.reading import read_answers
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step
from kit.verticals.steps.wording import metric_name, metric_notes, one_answer, simplest
from kit.words import count

if TYPE_CHECKING:
    from kit.choosing.recommendation import Recommendation
    from kit.verticals.case import Case

MODEL = "smollm2-135m-instruct"  # where no other is on this machine
_SHOWN = 4


@step(N_("The model"))
def choose(case: Case) -> Report:
    """Return which model is tuned, and why."""
    asked, before = case.asked_model, case.model
    if before and (asked or not case.live):
        why = _("It was named by hand.") if asked else _("It was chosen when this was measured.")
        return _chosen(case, before, why)
    found = _recommended(case)
    names = [choice.card.name for choice in found]
    model = before if before in names else next(iter(names), MODEL)
    why = next((choice.reason for choice in found if choice.card.name == model), "")
    if not names:
        why = _("No model of the catalogue is on this machine and small enough: this one can be had without a hub.")
    case.write({"model": model})
    return _chosen(case, model, why, found)


def _recommended(case: Case) -> Recommendation:
    """Return the models on this machine that suit the task and are small enough for the minutes."""
    cores, gpus = this_machine().cores, this_machine().gpus
    limits: dict[str, object] = {"local": True}
    if not gpus:
        limits["parameters"] = plan.largest(case.minutes, cores)
    return recommend(data=case.train, limits=limits, models=list(catalogue()))


def _chosen(case: Case, model: str, why: str, found: Recommendation | None = None) -> Report:
    card = catalogue().get(model)
    facts = [(_("Model"), card.title if card is not None else model)]
    if card is not None:
        facts += [
            (_("Parameters"), _("{n} million").format(n=count(card.parameters / 1e6))),
            (_("Licence"), card.licence),
        ]
    notes = []
    if found is not None:
        facts.append((_("Looked at"), found.summary))
        notes = [
            _("Larger models may be better and take longer than {n:g} minutes: name one with MODEL.").format(
                n=case.minutes
            )
        ]
    if "MMLU (" in why:
        notes.insert(0, _("MMLU asks exam questions with four answers to choose from: 25% is chance."))
    sentence = _("{model} is tuned. {why}").format(model=card.title if card else model, why=why)
    return Report(title=_("The model"), sentence=sentence.strip(), facts=tuple(facts), notes=tuple(notes))


@step(N_("A baseline that is not a language model"))
def baseline(case: Case) -> Report:
    """Return what something simple reaches on the same rows."""
    run = case.carry_out("baseline", case.baseline_spec())
    result = run.result
    reached = interval_of(result, case.metric)
    case.write(
        {
            "baseline": as_dict(reached),
            "baseline_name": result.facts["model"],
            "majority": result.facts.get("majority_acc", result.facts.get("chance_acc")),
            "rows": {"train": result.facts["train_rows"], "test": result.facts["rows"]},
            **also(case, "baseline", result),
        }
    )
    sentence = _("{name} reaches {metric} {value} on {n} rows that it has not seen.").format(
        name=result.facts["model"], metric=metric_name(case.metric), value=words(reached), n=count(result.facts["rows"])
    )
    return Report(
        title=_("A baseline that is not a language model"),
        sentence=sentence,
        facts=(*simplest(result), *_tried(result)),
        notes=metric_notes(case.metric),
        result=result,
        run=run,
    )


def _tried(result: Result) -> list[tuple[str, str]]:
    tried = result.facts.get("tried") or {}
    return [(name, _("accuracy {acc:.3f}").format(acc=each["acc"])) for name, each in tried.items()]


@step(N_("The model as it is"))
def untuned(case: Case) -> Report:
    """Return what the model reaches before it has learnt anything."""
    run = case.carry_out("untuned", case.evaluate_spec())
    result = run.result
    reached = interval_of(result, case.metric)
    case.write({"base_model": as_dict(reached), "method": case.method, **also(case, "base_model", result)})
    sentence = _("{model}, untuned, reaches {metric} {value} on {n} rows.").format(
        model=case.model, metric=metric_name(case.metric), value=words(reached), n=count(result.facts["rows"])
    )
    return Report(
        title=_("The model as it is"),
        sentence=sentence,
        facts=(*simplest(result), *read_answers(case, "base_model")),
        notes=one_answer(result),
        result=result,
        run=run,
    )


def also(case: Case, who: str, result: Result) -> dict[str, object]:
    """Return what `who` reaches by the other metrics, to be kept beside the one that counts."""
    held: dict[str, dict[str, object]] = {name: dict(each) for name, each in (case.outcome["also"] or {}).items()}
    for metric in ("acc", "acc_norm", "macro_f1", "f1", "rouge_l"):
        if metric in result.metrics and metric != case.metric:
            held.setdefault(metric, {})[who] = as_dict(interval_of(result, metric))
    return {"also": held}
