"""When not to answer: a threshold chosen on rows held back for that, and what it gives on rows never looked at."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kit.i18n import N_, _
from kit.measure.believed import calibration
from kit.measure.record import Record, read_records
from kit.verticals.intervals import words
from kit.verticals.medical.steps.believing import BINS, tuned_result, written
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet, step
from kit.words import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from kit.jobs import Run
    from kit.verticals.medical.case import MedicalCase
    from kit.verticals.medical.confidence import Held

NOT_SURE = N_("Not sure: ask a clinician")
_EXAMPLES = 3  # of each kind that the app offers
_LABELS = 6  # at most, to say of each what its rows got


@step(N_("When to ask a clinician"))
def abstention(case: MedicalCase) -> Report:
    """Return the threshold, and what it gives on the rows that chose it and on the test rows."""
    if case.task == "answer":
        case.keep(ask=_to_ask(case, []))
        return Report(title=_("When to ask a clinician"), sentence=written())
    found = threshold(case)
    chosen, tested = found["chosen"], found["tested"]
    result = tuned_result(case)
    bins = [asdict(each) for each in calibration(result, bins=BINS, equal="rows").bins]
    case.keep(
        abstention={
            "wanted": {"coverage": case.coverage, "accuracy": case.accuracy},
            "reached": found["reached"],
            "threshold": chosen.threshold,
            "chosen_on": chosen.to_dict(),
            "test": tested.to_dict(),
        },
        ask={**_to_ask(case, list(read_records(result))), "threshold": chosen.threshold, "bins": bins},
    )
    head = (_("Rows"), _("Get an answer"), _("Of these, right"), _("Withheld, would have been right"))
    return Report(
        title=_("When to ask a clinician"),
        sentence=_said(case, found),
        table=(head, _row(_("chosen on"), chosen), _row(_("test"), tested)),
        notes=(*_notes(found), *_by_label(case, read_records(result), tested.threshold)),
        result=result,
        run=found["run"],
    )


@step(N_("Accuracy by coverage"))
def coverage_curve(case: MedicalCase) -> Report | Figure:
    """Return accuracy over the share of cases that get an answer, on the test rows."""
    from kit.plots import coverage_curve as drawn
    from kit.verticals.medical.confidence import believed, curve

    if case.task == "answer":
        return Report(title=_("Accuracy by coverage"), sentence=written())
    confidence, right = believed(read_records(tuned_result(case)))
    line = curve(confidence, right)
    tested = threshold(case)["tested"]
    return drawn(
        list(zip(line.coverage, line.accuracy, line.low, line.high, strict=True)),
        at=(tested.coverage[0], tested.accuracy[0]) if tested.answered else None,
        threshold=tested.threshold,
        rows=tested.rows,
    )


def threshold(case: MedicalCase) -> dict[str, Any]:
    """Return the threshold, what it gives on both parts, whether what was wanted could be had, and the run.

    It is chosen on rows to train on that the adapter did not learn from; the test rows have no say in it.
    """
    from kit.verticals.medical.confidence import believed, for_accuracy, for_coverage, held

    result = tuned_result(case)
    run = _on_held_back(case)
    confidence, right = believed(read_records(run.result))
    value = for_coverage(confidence, case.coverage) if case.coverage else None
    reached = True
    if case.accuracy is not None:
        value = for_accuracy(confidence, right, case.accuracy)
        reached = value is not None
    if value is None:  # no threshold is good enough: then nothing is answered, rather than everything
        value = 1.0 + 1e-9
    return {
        "chosen": held(confidence, right, value),
        "tested": held(*believed(read_records(result)), value),
        "reached": reached,
        "run": run,
    }


def _on_held_back(case: MedicalCase) -> Run:
    tuned = case.tuned_run
    if tuned is None:
        raise NotYet
    run: Run = case.carry_out("held back", case.evaluate_spec(model=tuned, data=case.part_spec("validation")))
    return run


def _row(name: str, held: Held) -> tuple[str, ...]:
    share = _("{words} of {n}").format(words=words(held.coverage), n=count(held.rows))
    right = words(held.accuracy) if held.answered else "–"
    return name, share, right, words(held.unsure) if held.answered < held.rows else "–"


def _said(case: MedicalCase, found: dict[str, Any]) -> str:
    tested = found["tested"]
    if not found["reached"]:
        text = _(
            "On the {n} rows held back no threshold makes {wanted:.0%} of the answers right, so no case gets an "
            "answer: ask for less, or give more examples."
        )
        return text.format(n=count(found["chosen"].rows), wanted=case.accuracy)
    wanted = (
        _("so that {share:.0%} of the cases get an answer").format(share=case.coverage)
        if case.accuracy is None
        else _("so that {share:.0%} of the answers are right").format(share=case.accuracy)
    )
    text = _(
        "An answer is given from a probability of {threshold:.3f} on, chosen on {n} rows held back from training "
        "{wanted}. On {tests} test rows that gives {coverage} an answer, of which {accuracy} are right."
    )
    return text.format(
        threshold=tested.threshold,
        n=count(found["chosen"].rows),
        wanted=wanted,
        tests=count(tested.rows),
        coverage=words(tested.coverage),
        accuracy=words(tested.accuracy),
    )


def _notes(found: dict[str, Any]) -> tuple[str, ...]:
    tested = found["tested"]
    notes = [_("Below it the answer is “{words}”.").format(words=_(NOT_SURE))]
    if 0 < tested.answered < tested.rows:
        sure, unsure = tested.accuracy, tested.unsure
        if sure[1] > unsure[2]:
            notes.append(_("Cases that are withheld would have been answered worse: withholding helps."))
        else:
            notes.append(_("There is no evidence that the withheld cases would have been answered worse."))
    return tuple(notes)


def _by_label(case: MedicalCase, records: Sequence[Record], threshold: float) -> tuple[str, ...]:
    """Return what the test rows of each label got: which mistakes are made counts as much as how many."""
    if case.task != "classify" or len(case.test.labels) > _LABELS:
        return ()
    from kit.verticals.medical.confidence import believed

    confidence, right = believed(records)
    told = []
    for label in case.test.labels:
        own = [place for place, record in enumerate(records) if record.gold == label]
        answered = [place for place in own if confidence[place] >= threshold]
        good = sum(bool(right[place]) for place in answered)
        text = _("Of {n} test rows that are '{label}': {right} answered rightly, {wrong} wrongly, {withheld} withheld.")
        told.append(
            text.format(
                n=count(len(own)),
                label=label,
                right=good,
                wrong=len(answered) - good,
                withheld=len(own) - len(answered),
            )
        )
    return tuple(told)


def _to_ask(case: MedicalCase, records: list[Record]) -> dict[str, Any]:
    """Return what the app needs to ask: how questions are put, and some test cases to try, without personal data."""
    test = case.test
    return {
        "task": test.task,
        "instruction": test.instruction,
        "labels": list(test.labels),
        "model": case.model,
        "learnt_from": len(case.fit),
        "rows": len(records) or len(test),
        "ordinary": case.preparation().result.facts["ordinary"],
        "examples": [
            {"text": row.text, "context": row.context, "choices": list(row.choices), "answer": row.answer}
            for row in (test.items[place] for place in _examples(case, records))
        ],
    }


def _examples(case: MedicalCase, records: list[Record]) -> list[int]:
    """Return the places of test rows to try: the first of each label, and those that the model is least sure of."""
    test, seen = case.test, set[str]()
    first: list[int] = []
    for place, row in enumerate(test.items):
        if row.answer not in seen and len(first) < _EXAMPLES:
            first.append(place)
            if test.labels:
                seen.add(row.answer)
    if not records:
        return first
    from kit.verticals.medical.confidence import believed

    confidence, _right = believed(records)
    unsure = [records[int(place)].row for place in confidence.argsort()[:2]]
    return list(dict.fromkeys([*first, *unsure]))
