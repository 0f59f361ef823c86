"""What the alarms save under a stated cost model, and which of its assumptions decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.i18n import N_, _
from kit.verticals.manufacturing.case import needs_series
from kit.verticals.manufacturing.costs import YEAR_WEEKS, Model, Saved, saved
from kit.verticals.manufacturing.findings import findings
from kit.verticals.manufacturing.scored import MODEL, TREES
from kit.verticals.manufacturing.timely import Estimate
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kit.verticals.manufacturing.case import MachineCase
    from kit.verticals.manufacturing.judged import Judged

_TITLE = N_("Downtime avoided")


@step(_TITLE)
def avoided(case: MachineCase, **costs: float) -> Report:
    """Return what the alarms of both methods save for each machine and year."""
    if not case.windows:
        return Report(title=_(_TITLE), sentence=needs_series())
    model = Model(**costs)
    found = findings(case)
    held = {method: saved(each, model) for method, each in found.judged.items()}
    case.keep(
        avoided={
            method: {"hours_per_machine_year": each.hours.as_list(), "money_per_machine_year": each.money.as_list()}
            for method, each in held.items()
        }
    )
    return Report(
        title=_(_TITLE),
        sentence=_sentence(held[MODEL]),
        facts=_assumed(model),
        table=_table(held),
        notes=_notes(held, found.judged[MODEL]),
    )


@step(_TITLE)
def sensitivity(case: MachineCase, **costs: float) -> Report | Figure:
    """Return what is saved with each assumption moved, as a figure."""
    from kit.plots import swings as drawn
    from kit.plots.swings import Swing

    if not case.windows:
        return Report(title=_(_TITLE), sentence=needs_series())
    found = saved(findings(case).judged[MODEL], Model(**costs))
    return drawn(
        [Swing(each.title, each.low, each.high, each.money_at_low, each.money_at_high) for each in found.swings],
        (found.money.value, found.money.low, found.money.high),
        title=_("saved for each machine and year"),
    )


def _sentence(found: Saved) -> str:
    text = _(
        "Under these assumptions the tuned model's alarms avoid {hours} hours of standstill and save {money} for each "
        "machine and year."
    ).format(hours=_told(found.hours), money=_told(found.money))
    if found.money.low <= 0 <= found.money.high:
        return f"{text} {_('The interval holds 0: no evidence that they save anything.')}"
    return text


def _assumed(model: Model) -> tuple[tuple[str, str], ...]:
    return (
        (_("Unplanned stop"), _("{n:g} h").format(n=model.unplanned_hours)),
        (_("Planned stop"), _("{n:g} h").format(n=model.planned_hours)),
        (_("Cost of an hour of standstill"), f"{model.hour_cost:,.0f}"),
        (_("Cost of a check"), f"{model.check_cost:,.0f}"),
        (_("Standstill for a check"), _("{n:g} h").format(n=model.check_stop_hours)),
        (_("Checks that find the cause"), f"{100 * model.found:.0f} %"),
    )


def _table(held: dict[str, Saved]) -> tuple[tuple[str, ...], ...]:
    names = {MODEL: _("Tuned model"), TREES: _("Gradient boosting")}
    head = (_("For each machine and year"), _("Hours avoided"), _("Saved"))
    return (head, *((names[method], _told(each.hours), _told(each.money)) for method, each in held.items()))


def _notes(held: dict[str, Saved], judged: list[Judged]) -> tuple[str, ...]:
    share = held[MODEL].worth_it_above
    years = sum(each.weeks for each in judged) / YEAR_WEEKS
    failures = sum(len(each.caught) for each in judged) / years
    notes = [
        _(
            "Against no warning at all. These machines fail {n} times a year each, which decides most: where "
            "failures are rarer, so are the savings, while checks after false alarms stay."
        ).format(n=f"{failures:.1f}"),
        _("Costs are yours to change in the first cell; the figure below shows which of them decides."),
        _("The interval tells what other machines of this kind would give, not how sure the costs are."),
    ]
    if share == share:
        text = _("Checking pays as soon as one in {n} alarms announces a failure.")
        notes.insert(0, text.format(n=f"{1 / share:.0f}" if share > 0 else "∞"))
    return tuple(notes)


def _told(estimate: Estimate) -> str:
    value, low, high = (f"{each:,.0f}" for each in (estimate.value, estimate.low, estimate.high))
    return _("{value} ({low} to {high})").format(value=value, low=low, high=high)
