"""The learning curve: tuning and baselines on more and more examples, all measured on the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.data import DataSpec, open_data
from kit.i18n import N_, _
from kit.measure.record import read_records
from kit.result import Result
from kit.verticals.intervals import words
from kit.verticals.medical.fewer import FewerSpec
from kit.verticals.medical.lines import Line, ahead
from kit.verticals.medical.nested import nested_order
from kit.verticals.medical.plan import Point, points
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet, step
from kit.verticals.steps.wording import metric_name
from kit.words import count, duration

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kit.verticals.medical.case import MedicalCase

SEED = 0
_DRAWS, _QUICK_DRAWS = 10, 2


@step(N_("Accuracy by number of examples"))
def learning_curve(case: MedicalCase) -> Report | Figure:
    """Return the lines of tuning and of baselines as a figure."""
    from kit.plots import learning_curve as drawn

    lines, _spread = measured(case)
    told = [(line.name, [(size, *line.at(place)) for place, size in enumerate(line.sizes)]) for line in lines]
    floor = case.outcome["majority"]
    return drawn(told, metric=metric_name(case.metric), floor=floor if isinstance(floor, float) else None)


@step(N_("Accuracy by number of examples"))
def learning(case: MedicalCase) -> Report:
    """Return each point in numbers, and from where on who is ahead."""
    lines, spread = measured(case)
    case.keep(
        learning={
            "seed": SEED,
            "metric": case.metric,
            "lines": [line.to_dict() for line in lines],
            "ahead": [_against(lines, place) for place in range(len(lines[0].sizes))],
            "baseline_draws": spread,
        }
    )
    model = lines[0]
    head = (_("Examples"), *(line.name for line in lines), _("Tuned against the better baseline"))
    rows = []
    for place, size in enumerate(model.sizes):
        told = (words(line.at(place)) for line in lines)
        rows.append((count(size), *told, _AHEAD[_against(lines, place)]))
    return Report(
        title=_("Accuracy by number of examples"),
        sentence=_said(case, lines),
        table=(head, *((*row[:-1], _(row[-1])) for row in rows)),
        notes=_notes(case, spread),
    )


_AHEAD = {1: N_("better"), 0: N_("no evidence of a difference"), -1: N_("worse")}


def verdict_notes(case: MedicalCase) -> tuple[str, ...]:
    """Return the better baseline on the examples that the model learnt from, where it is better than the model.

    The verdict's own baseline is one that was named before anything was measured, and may learn from more rows.
    """
    held = case.outcome.facts.get("learning")
    if not held or not held.get("ahead") or held["ahead"][-1] >= 0:
        return ()
    best = max(held["lines"][1:], key=lambda line: line["points"][-1][0])
    text = _("Taught with the same {n} examples, {name} reaches {words}, which is better than the tuned model.")
    told = text.format(n=count(best["sizes"][-1]), name=best["name"], words=words(tuple(best["points"][-1])))
    return (told,)


def measured(case: MedicalCase) -> tuple[list[Line], dict[str, dict[str, list[float]]]]:
    """Return the line of the tuned model and those of baselines, and what other draws of examples would have given."""
    if case.tuned_result is None:
        case.tuned()
    whole = case.tuned_result
    if whole is None:
        raise NotYet
    fit = case.fit
    planned = plan_of(case)
    order = nested_order(fit.groups, SEED)
    scores = [_scores(_point(case, point, order), case.metric) for point in planned]
    sizes = (*(point.size for point in planned), len(fit))
    tuned = Line(
        name=_("tuned with LoRA"), sizes=sizes, scores=(*map(tuple, scores), tuple(_scores(whole, case.metric)))
    )
    spec = FewerSpec(
        data=case.part_spec("fit"),
        test=_tests(case),
        sizes=sizes,
        draws=_QUICK_DRAWS if case.quick else _DRAWS,
        metric=case.metric,
        seed=SEED,
    )
    facts = case.carry_out("learning, baselines", spec).result.facts
    others = [
        Line(name=name, sizes=sizes, scores=tuple(tuple(held[str(size)]) for size in sizes))
        for name, held in facts["lines"].items()
        if all(str(size) in held for size in sizes)
    ]
    return [tuned, *others], facts["spread"]


def plan_of(case: MedicalCase) -> tuple[Point, ...]:
    """Return the points that are measured besides the one on all rows."""
    return points(case.fit, len(open_data(_tests(case))), minutes=case.minutes, quick=case.quick)


def _tests(case: MedicalCase) -> DataSpec:
    data = case.evaluate_spec().data
    assert data is not None
    return data


def _point(case: MedicalCase, point: Point, order: list[int]) -> Result:
    data = case.fit.take(sorted(order[: point.size]))
    run = case.carry_out(f"learning from {point.size}", case.tune_spec(data=data, epochs=point.epochs, evaluations=1))
    result: Result = case.carry_out(f"learnt from {point.size}", case.evaluate_spec(model=run)).result
    return result


def _scores(result: Result, metric: str) -> list[float]:
    return [record.scores[metric] for record in read_records(result)]


def _against(lines: list[Line], place: int) -> int:
    """Return whether the tuned model is ahead of whichever baseline is better at this size (as `ahead`)."""
    if len(lines) < 2:
        return 0
    best = max(lines[1:], key=lambda line: line.at(place)[0])
    return ahead(lines[0].scores[place], best.scores[place])


def _said(case: MedicalCase, lines: list[Line]) -> str:
    model, last = lines[0], len(lines[0].sizes) - 1
    text = _("From {few} to {all} examples the tuned model goes from {metric} {first} to {last}.")
    said = [
        text.format(
            few=count(model.sizes[0]),
            all=count(model.sizes[-1]),
            metric=metric_name(case.metric),
            first=words(model.at(0)),
            last=words(model.at(last)),
        )
    ]
    floor = case.outcome["majority"]
    idle = [count(size) for place, size in enumerate(model.sizes) if learns_nothing(model.at(place), floor)]
    if idle:
        told = _("With {n} it does no better than always giving the most frequent answer ({floor}).")
        said.append(told.format(n=", ".join(idle), floor=f"{floor:.3f}"))
    gained = ahead(model.scores[last], model.scores[0])
    if last and not gained:
        said.append(_("More examples have not helped it as far as these rows can tell."))
    found = [_against(lines, place) for place in range(last + 1)]
    for sign, text in ((1, _("It is better than both at {n} examples.")), (-1, _("A baseline is better at {n}."))):
        sizes = [count(size) for size, each in zip(model.sizes, found, strict=True) if each == sign]
        if sizes:
            said.append(text.format(n=", ".join(sizes)))
    if not any(found):
        said.append(_("At no number of examples is there evidence of a difference from the better baseline."))
    return " ".join(said)


def learns_nothing(reached: tuple[float, float, float], floor: object) -> bool:
    """Is what was reached within chance of the most frequent answer, or below?"""
    return isinstance(floor, float) and reached[1] <= floor


def _notes(case: MedicalCase, spread: dict[str, dict[str, list[float]]]) -> tuple[str, ...]:
    planned = plan_of(case)
    notes = [
        _(
            "Intervals (95%) tell what other test rows would give, not other examples. Each number of examples lies "
            "within the next larger one (seed {seed}); tuning uses one draw, the same as the baselines."
        ).format(seed=SEED)
    ]
    if len(case.fit) < len(case.train):
        told = _("Here all learn from up to {n} rows; the baseline further up learnt from all {all}.")
        notes.append(told.format(n=count(len(case.fit)), all=count(len(case.train))))
    for name, sizes in spread.items():
        few = next(iter(sizes))
        values = sizes[few]
        if len(values) > 2:
            text = _("{name} on {draws} other draws of {few} examples: from {low:.2f} to {high:.2f}.")
            notes.append(text.format(name=name, draws=len(values), few=few, low=min(values), high=max(values)))
    if planned and not case.quick:
        told = ", ".join(_("{n}: {time}").format(n=point.size, time=duration(point.seconds)) for point in planned)
        notes.append(_("Planned for each point on two cores: {told}.").format(told=told))
    return tuple(notes)
