"""What alerts cost with the best threshold, by whichever score orders them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kit.i18n import N_, _
from kit.verticals.finance.queue import write_queue
from kit.verticals.finance.steps.alarms import look, scored
from kit.verticals.finance.steps.pictured import Pictured, without
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step
from kit.words import count

if TYPE_CHECKING:
    from kit.verticals.finance.opening import FinanceCase
    from kit.verticals.finance.pricing import Priced


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
        notes=(
            *_cheapest(found, last, everything),
            _(_HOW).format(threshold=_threshold(found[last].threshold)),
            *look(case),
        ),
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


def _cheapest(found: dict[str, Priced], last: str, everything: float) -> tuple[str, ...]:
    """Return what is cheapest, and how the last score compares with the best of the others."""
    from kit.verticals.finance.alarms import ranged

    best = min((name for name in found if name != last), key=lambda name: found[name].cost.value)
    one, other = found[best], found[last]
    more = ranged(other.cost.value - one.cost.value, other.draws - one.draws)
    text = _("Of the others, {best} costs least, {cost} EUR; by {last} it is {low} to {high} EUR more (95 %).")
    if more.low < 0 < more.high:
        text = _(
            "Of the others, {best} costs least, {cost} EUR: no evidence of a difference to {last} "
            "({low} to {high} EUR more)."
        )
    elif more.high <= 0:
        text = _("Of the others, {best} costs least, {cost} EUR; by {last} it is {high} to {low} EUR less (95 %).")
    low, high = (abs(more.low), abs(more.high)) if more.high <= 0 else (more.low, more.high)
    said = text.format(best=best, cost=count(one.cost.value), last=last, low=count(low), high=count(high))
    dearer = [name for name, each in found.items() if each.cost.value > everything]
    if not dearer:
        return (said,)
    text = _("Looking at every alert costs {n} EUR, less than by {names}.")
    return said, text.format(n=count(everything), names=_(" and ").join(dearer))


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
