"""False alarms at a fixed recall, before and after, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.verticals.finance.labels import probabilities
from kit.verticals.finance.steps.pictured import Pictured, without
from kit.verticals.finance.steps.rival import percent_of, points, rivalled
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step
from kit.words import count

if TYPE_CHECKING:
    from kit.result import Result
    from kit.verticals.finance.alarms import Alarms
    from kit.verticals.finance.opening import FinanceCase


@step(N_("False alarms"))
def false_alarms(case: FinanceCase, *, recall: float = 0.8) -> Report:
    """Return how many harmless alerts are raised to find a share of the frauds: by points, rules and models.

    Parameters
    ----------
    case : FinanceCase
    recall : float, default 0.8
        The share of the frauds among the alerts that is to be found, above 0, at most 1.

    Raises
    ------
    ParameterError
        `recall` is out of range.
    """
    if not 0 < recall <= 1:
        raise ParameterError("recall", recall, allowed=_("above 0, at most 1"))
    if case.study is None:
        return without(case, _("False alarms"))
    from kit.verticals.finance.alarms import false_alarms as measured

    alerts, scores = scored(case)
    fraud, rings = [alert["label"] == "escalate" for alert in alerts], [alert["ring"] for alert in alerts]
    if not any(fraud) or all(fraud):
        return Report(
            title=_("False alarms"), sentence=_("Fraud and harmless alerts are both needed to tell them apart.")
        )
    found = measured(scores, fraud, rings, recall=recall)
    rival = rivalled(scores, fraud, rings, found)
    case.keep(
        alarms={
            "recall": recall,
            "rates": {name: each.to_dict() for name, each in found.rates.items()},
            "less": {name: each.to_dict() for name, each in found.less.items()},
            "alerts": len(alerts),
            "rival": rival.to_dict(),
        }
    )
    return Pictured(
        title=_("False alarms"),
        sentence=_said(found),
        table=_table(found),
        notes=(*rival.said(), _note(found), _of_all(case, recall), *look(case)),
        draw=_figure(scores, fraud, found),
    )


def scored(case: FinanceCase) -> tuple[list[dict[str, Any]], dict[str, list[float]]]:
    """Return the test alerts in the order of time, and the scores of each: points first, the tuned model last.

    Raises
    ------
    NotYet
        The rows are not ready.
    """
    there = {str(cells["alert"]) for cells in case.cells("test")}
    alerts = [alert for id, alert in case.alerts().items() if id in there]
    scores = {
        _("monitoring points"): [float(alert["points"]) for alert in alerts],
        _("rules alone"): [alert["rules"] for alert in alerts],
        _("boosting on the facts"): [alert["boosting"] for alert in alerts],
    }
    others = ((case.outcome["baseline_name"], case.baseline_result), (_("rules + tuned model"), case.tuned_result))
    for name, result in others:
        if result is not None:
            scores[str(name)] = _fraud_scores(case, alerts, result)
    return alerts, scores


def _fraud_scores(case: FinanceCase, alerts: list[dict[str, Any]], result: Result) -> list[float]:
    records = case.by_alert(result)
    return [probabilities(records[alert["id"]], result).get("escalate", 0.0) for alert in alerts]


def _last(found: Alarms) -> str:
    return list(found.rates)[-1]


def _said(found: Alarms) -> str:
    first, last = next(iter(found.rates)), _last(found)
    said = _("To find {recall} of the frauds among the alerts, the {first} raise {a} of the harmless ones").format(
        recall=f"{found.recall:.0%}", first=first, a=percent_of(found.rates[first])
    )
    less = found.less[last]
    said += _(", {last}: {b}. ").format(last=last, b=percent_of(found.rates[last]))
    if less.low > 0:
        return said + _("That is {n} points fewer ({low} to {high}).").format(**points(less))
    if less.high < 0:
        return said + _("That is {n} points more ({low} to {high}).").format(**points(less, sign=-1))
    low, high = round(100 * less.low), round(100 * less.high)
    return said + _("No evidence of a difference (from {low} to {high} points fewer).").format(low=low, high=high)


def _table(found: Alarms) -> tuple[tuple[str, ...], ...]:
    first = next(iter(found.rates))
    rows = [
        (_("Alerts ordered by"), _("Harmless alerts raised"), _("Fewer than by {first}, points").format(first=first))
    ]
    for name, rate in found.rates.items():
        less = found.less.get(name)
        gained = "" if less is None else _("{n} ({low} to {high})").format(**points(less))
        rows.append((name, percent_of(rate), gained))
    return tuple(rows)


def _note(found: Alarms) -> str:
    return _(
        "{frauds} frauds and {harmless} harmless alerts of held-out days. 95 % intervals: whole rings are drawn anew "
        "({rings} groups), the same ones for each score, so differences are paired."
    ).format(frauds=count(found.frauds), harmless=count(found.harmless), rings=count(found.rings))


def _of_all(case: FinanceCase, recall: float) -> str:
    """Return what the share of frauds among the alerts is of all fraud, and what counts as fraud."""
    caught = case.study_facts["monitoring"]["recall"]["value"]
    return _(
        "Fraud is what was labelled 'escalate', and a model's score is its probability of that label. {caught} of all "
        "fraud raises an alert, so {recall} of it here is {both} of all. Each score's threshold is the one that finds "
        "that share of these same alerts; under cost it is chosen on others."
    ).format(caught=f"{caught:.0%}", recall=f"{recall:.0%}", both=f"{caught * recall:.0%}")


def look(case: FinanceCase) -> tuple[str, ...]:
    return (_("A quick look: so few alerts show that it works, not how well."),) if case.quick else ()


def _figure(scores: dict[str, list[float]], fraud: list[bool], found: Alarms) -> Callable[[float], Any]:
    import numpy

    from kit.plots.recall import recall_curves
    from kit.verticals.finance.alarms import curve

    truth, ones = numpy.asarray(fraud), numpy.ones((1, len(fraud)))
    curves = {}
    for name, score in scores.items():
        raised, hit = curve(numpy.asarray(score), truth, ones)
        curves[name] = list(zip(hit[0].tolist(), raised[0].tolist(), strict=True))
    at = {name: (each.value, each.low, each.high) for name, each in found.rates.items()}
    return lambda width: recall_curves(curves, at, recall=found.recall, width=width)
