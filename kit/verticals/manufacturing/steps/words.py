"""What the work orders add: the same test rows, asked once more with the order taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.i18n import N_, _
from kit.measure.record import read_records
from kit.measure.verdict import LEVEL
from kit.result import Result
from kit.verticals.given import store_rows
from kit.verticals.intervals import interval_of, words
from kit.verticals.manufacturing.case import needs_series
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet, step
from kit.verticals.steps.wording import metric_name

if TYPE_CHECKING:
    from kit.measure.bootstrap import Bootstrapped
    from kit.verticals.manufacturing.case import MachineCase

_TITLE = N_("What the work orders add")


@step(_TITLE)
def orders(case: MachineCase) -> Report:
    """Return how much worse the tuned model is where it cannot read the work order."""
    if not case.windows:
        return Report(title=_(_TITLE), sentence=needs_series())
    run, result = case.tuned_run, case.tuned_result
    if run is None or result is None:
        raise NotYet
    test = case.part_spec("test")
    rows = case.cells("test")
    told = [_order(row, test.text) for row in rows]
    if not any(told):
        return Report(title=_(_TITLE), sentence=_("These rows have no column 'order': there is nothing to take away."))
    without = [_without(row, test.text) for row in rows]
    data = test.replace(source=str(store_rows(f"{case.name}-without-orders", without)), split="all", limit=None)
    silent = case.carry_out("without orders", case.evaluate_spec(model=run, data=data)).result
    gap = _gap(result, silent)
    low, high = gap.interval(LEVEL)
    with_order = sum(bool(each) for each in told)
    case.keep(
        without_orders=dict(zip(("value", "low", "high"), interval_of(silent, case.metric), strict=True)),
        orders={"difference": gap.difference, "low": low, "high": high, "rows": len(rows)},
    )
    return Report(
        title=_(_TITLE),
        sentence=sentence(gap.difference, low, high, len(rows)),
        table=(
            ("", metric_name("macro_f1")),
            (_("reads the newest work order"), words(interval_of(result, "macro_f1"))),
            (_("cannot read it"), words(interval_of(silent, "macro_f1"))),
        ),
        notes=(_("{n} of {all} rows have a work order of the last three days.").format(n=with_order, all=len(rows)),),
        result=silent,
    )


def sentence(difference: float, low: float, high: float, rows: int) -> str:
    """Return what the work orders add, in words: points of macro-F1 with their interval."""
    told = _("({low} to {high})").format(low=f"{100 * low:+.1f}", high=f"{100 * high:+.1f}")
    if low <= 0 <= high:
        text = _(
            "No evidence that the tuned model makes use of the work orders {told}, in points of macro-F1, {n} rows."
        )
        return text.format(told=told, n=rows)
    text = _(
        "Where it can read the work order, the tuned model is {points} points of macro-F1 {better} {told}, {n} rows."
    )
    better = _("better") if difference > 0 else _("worse")
    return text.format(points=f"{100 * abs(difference):.1f}", better=better, told=told, n=rows)


def _gap(result: Result, silent: Result) -> Bootstrapped:
    """Return the difference of two evaluations of the same rows, asked with and without the order."""
    from kit.measure.bootstrap import paired_macro_f1

    labels = [str(label) for label in result.facts["labels"]]
    pairs = list(zip(read_records(result), read_records(silent), strict=True))
    gold, new, reference = (
        [labels.index(value) for value in values]
        for values in zip(*((one.gold, one.answer, other.answer) for one, other in pairs), strict=True)
    )
    return paired_macro_f1(gold, new, reference)


def _order(row: dict[str, Any], column: str) -> str:
    found = row.get(column)
    text = str(found.get("order", "")) if isinstance(found, dict) else ""
    return "" if text == "none" else text


def _without(row: dict[str, Any], column: str) -> dict[str, Any]:
    found = row.get(column)
    if not isinstance(found, dict) or "order" not in found:
        return row
    return {**row, column: {**found, "order": "none"}}
