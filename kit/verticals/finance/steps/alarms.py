"""False alarms at a fixed recall, before and after, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.verticals.finance.labels import probabilities
from kit.verticals.finance.queue import write_queue
from kit.verticals.finance.steps.pictured import Pictured, without
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step
from kit.words import count

if TYPE_CHECKING:
    from kit.result import Result
    from kit.verticals.finance.alarms import Alarms, Range
    from kit.verticals.finance.opening import FinanceCase
    from kit.verticals.finance.pricing import Priced


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
    case.keep(
        alarms={
            "recall": recall,
            "rates": {name: each.to_dict() for name, each in found.rates.items()},
            "less": {name: each.to_dict() for name, each in found.less.items()},
            "alerts": len(alerts),
        }
    )
    return Pictured(
        title=_("False alarms"),
        sentence=_said(found),
        table=_table(found),
        notes=(*_rival(scores, fraud, rings, found), _note(found), *_look(case)),
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
        recall=f"{found.recall:.0%}", first=first, a=_percent(found.rates[first])
    )
    less = found.less[last]
    said += _(", {last}: {b}. ").format(last=last, b=_percent(found.rates[last]))
    if less.low > 0:
        return said + _("That is {n} points fewer ({low} to {high}).").format(**_points(less))
    if less.high < 0:
        return said + _("That is {n} points more ({low} to {high}).").format(**_points(less, sign=-1))
    low, high = round(100 * less.low), round(100 * less.high)
    return said + _("No evidence of a difference (from {low} to {high} points fewer).").format(low=low, high=high)


def _rival(scores: dict[str, list[float]], fraud: list[bool], rings: list[str], found: Alarms) -> tuple[str, ...]:
    """Return how the last score stands against the best of what is simpler, paired."""
    from kit.verticals.finance.alarms import false_alarms as measured

    last = _last(found)
    best = min((name for name in found.rates if name != last), key=lambda name: found.rates[name].value)
    pair = measured({best: scores[best], last: scores[last]}, fraud, rings, recall=found.recall)
    less, rate = pair.less[last], _percent(found.rates[best])
    if less.high < 0:
        text = _("Of what is simpler, {best} does best, {rate}: {n} points fewer than {last} ({low} to {high}).")
        said = text.format(best=best, rate=rate, last=last, **_points(less, sign=-1))
        return (said + " " + _("Where its inputs are at hand, take it: the model adds words, not a better order."),)
    if less.low > 0:
        text = _("Of what is simpler, {best} does best, {rate}: {n} points more than {last} ({low} to {high}).")
        return (text.format(best=best, rate=rate, last=last, **_points(less)),)
    text = _("Of what is simpler, {best} does best, {rate}: no evidence of a difference to {last}.")
    return (text.format(best=best, rate=rate, last=last),)


def _points(less: Range, sign: int = 1) -> dict[str, int]:
    ends = sorted((round(100 * sign * less.low), round(100 * sign * less.high)))
    return {"n": round(100 * sign * less.value), "low": ends[0], "high": ends[1]}


def _percent(rate: Range) -> str:
    return _("{value} % ({low} to {high})").format(
        value=round(100 * rate.value), low=round(100 * rate.low), high=round(100 * rate.high)
    )


def _table(found: Alarms) -> tuple[tuple[str, ...], ...]:
    first = next(iter(found.rates))
    rows = [
        (_("Alerts ordered by"), _("Harmless alerts raised"), _("Fewer than by {first}, points").format(first=first))
    ]
    for name, rate in found.rates.items():
        less = found.less.get(name)
        gained = "" if less is None else _("{n} ({low} to {high})").format(**_points(less))
        rows.append((name, _percent(rate), gained))
    return tuple(rows)


def _note(found: Alarms) -> str:
    return _(
        "{frauds} frauds and {harmless} harmless alerts of held-out days. 95 % intervals: whole rings are drawn anew "
        "({rings} groups), the same ones for each score, so differences are paired."
    ).format(frauds=count(found.frauds), harmless=count(found.harmless), rings=count(found.rings))


def _look(case: FinanceCase) -> tuple[str, ...]:
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


@step(N_("Cost"))
def costs(
    case: FinanceCase, *, missed: float = 600.0, annoyed: float = 60.0, minute: float = 1.5, minutes: float = 20.0
) -> Report:
    """Return what 1,000 alerts cost with the best threshold, by points and by rules and model.

    Parameters
    ----------
    case : FinanceCase
    missed, annoyed, minute, minutes : float
        As for `kit.verticals.finance.pricing.Prices`.

    Raises
    ------
    ParameterError
        A price is negative.
    """
    if case.study is None:
        return without(case, _("Cost"))
    from kit.verticals.finance.pricing import Prices, priced

    prices = Prices(missed=missed, annoyed=annoyed, minute=minute, minutes=minutes)
    alerts, scores = scored(case)
    fraud, rings = [alert["label"] == "escalate" for alert in alerts], [alert["ring"] for alert in alerts]
    found = {name: priced(score, fraud, rings, prices) for name, score in scores.items()}
    first, last = next(iter(found)), list(found)[-1]
    everything = 1_000 * _everything(fraud, prices.matrix())
    tuned = case.tuned_result is not None
    case.keep(
        costs={
            "threshold": found[last].threshold if tuned else None,
            "for_1000": {name: each.cost.to_dict() for name, each in found.items()},
            "everything": everything,
            "prices": {"missed": missed, "annoyed": annoyed, "minute": minute, "minutes": minutes},
        }
    )
    write_queue(case)
    return Pictured(
        title=_("Cost"),
        sentence=_priced_words(found, first, last),
        facts=_matrix(prices.matrix()),
        table=_cost_table(found, everything),
        notes=(_(_HOW).format(threshold=_threshold(found[last].threshold)), *_look(case)),
        draw=_cost_figure(found),
    )


_HOW = N_(
    "Each half of the held-out days is judged with the threshold that was cheapest on the other half, so nothing is "
    "chosen and judged on the same alerts. From now on, look at alerts from a score of {threshold} on."
)


def _threshold(value: float) -> str:
    return f"{value:.2f}" if value != float("inf") else _("more than any has (looking costs more than it saves)")


def _everything(fraud: list[bool], matrix: tuple[tuple[float, float], tuple[float, float]]) -> float:
    """Return the mean cost of looking at every alert."""
    return sum(matrix[0][0] if each else matrix[1][0] for each in fraud) / max(len(fraud), 1)


def _matrix(matrix: tuple[tuple[float, float], tuple[float, float]]) -> tuple[tuple[str, str], ...]:
    (caught, missed), (annoyed, released) = matrix
    said = _("{a} EUR if looked at, {b} EUR if let go")
    return (
        (_("A fraud"), said.format(a=count(caught), b=count(missed))),
        (_("A harmless alert"), said.format(a=count(annoyed), b=count(released))),
    )


def _priced_words(found: dict[str, Priced], first: str, last: str) -> str:
    from kit.verticals.finance.alarms import ranged

    one, other = found[first], found[last]
    saved = ranged(one.cost.value - other.cost.value, one.draws - other.draws)
    said = _("1,000 alerts cost {b} EUR by {last} and {a} EUR by {first}. ").format(
        a=count(one.cost.value), b=count(other.cost.value), first=first, last=last
    )
    if saved.low > 0 or saved.high < 0:
        ends = sorted((abs(saved.low), abs(saved.high)))
        word = _("{n} EUR less ({low} to {high}).") if saved.low > 0 else _("{n} EUR more ({low} to {high}).")
        return said + word.format(n=count(abs(saved.value)), low=count(ends[0]), high=count(ends[1]))
    return said + _("No evidence of a difference ({low} to {high} EUR less).").format(
        low=count(saved.low), high=count(saved.high)
    )


def _cost_table(found: dict[str, Priced], everything: float) -> tuple[tuple[str, ...], ...]:
    rows = [(_("Alerts ordered by"), _("EUR for 1,000 alerts"), _("Looked at"), _("Frauds missed"))]
    for name, each in found.items():
        cost = _("{value} ({low} to {high})").format(
            value=count(each.cost.value), low=count(each.cost.low), high=count(each.cost.high)
        )
        rows.append((name, cost, f"{each.looked_at:.0%}", f"{each.missed:.0%}"))
    rows.append((_("looking at every alert"), count(everything), "100%", "0%"))
    return tuple(rows)


def _cost_figure(found: dict[str, Priced]) -> Callable[[float], Any]:
    from kit.plots.price import price_curves

    curves = {name: list(zip(each.shares, each.costs, strict=True)) for name, each in found.items()}
    return lambda width: price_curves(curves, width=width)
