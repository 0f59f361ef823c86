"""The alarms of machines that nothing was learnt from: how early, how often, how often in vain, and against trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.i18n import N_, _
from kit.verticals.manufacturing import watching
from kit.verticals.manufacturing.case import needs_series
from kit.verticals.manufacturing.findings import Findings, findings
from kit.verticals.manufacturing.judged import ACT_HOURS
from kit.verticals.manufacturing.scored import MODEL, TREES
from kit.verticals.manufacturing.timely import Estimate, Gap, Timely
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step

if TYPE_CHECKING:
    from kit.verticals.manufacturing.case import MachineCase

_TITLE = N_("Alarms on machines never seen in training")


@step(_TITLE)
def alarms(case: MachineCase) -> Report:
    """Return what alarms of both methods were worth, and write the watch that technicians see."""
    if not case.windows:
        return Report(title=_(_TITLE), sentence=needs_series())
    found = findings(case)
    watching.write(case, found)
    keep(case, found)
    return Report(
        title=_(_TITLE),
        sentence=sentence(found.timely[MODEL], found.gap),
        table=_table(found),
        notes=(
            _rule(case, found),
            _("{rule} For the trees the threshold is {t}, chosen the same way.").format(
                rule=found.rules[MODEL].sentence, t=f"{found.rules[TREES].threshold:.2f}"
            ),
            _(
                "An alarm of which nobody can know, since parts were renewed or the record ends within {days} days, "
                "counts as an alarm and as neither right nor false: {n} of {all} here. Were all of them false, there "
                "would be {most} false alarms for each machine and week."
            ).format(
                days=case.claim // 24,
                n=found.timely[MODEL].unknown,
                all=found.timely[MODEL].alarms,
                most=f"{_false_at_most(found):.2f}",
            ),
            _(
                "Intervals come from drawing the {n} machines anew, since windows of one machine say the same; they "
                "are never narrower than so few failures and alarms allow."
            ).format(n=found.timely[MODEL].machines),
        ),
    )


def _false_at_most(found: Findings) -> float:
    """Return the false alarms for each machine and week if every alarm of which nobody knows were one."""
    weeks = sum(each.weeks for each in found.judged[MODEL])
    timely = found.timely[MODEL]
    return (timely.false + timely.unknown) / weeks if weeks else 0.0


def keep(case: MachineCase, found: Findings) -> None:
    """Keep the numbers beside the outcome."""
    told = {}
    for method, each in found.timely.items():
        told[method] = {
            "machines": each.machines,
            "failures": each.failures,
            "alarms": each.alarms,
            "late": each.late,
            "missed": each.missed,
            "foreseen": each.foreseen.as_list(),
            "lead_hours": each.lead.as_list(),
            "alarms_per_machine_week": each.per_week.as_list(),
            "false_per_machine_week": each.false_per_week.as_list(),
            "threshold": found.rules[method].threshold,
        }
    gap = {name: getattr(found.gap, name).as_list() for name in ("lead", "foreseen", "false_per_week")}
    case.keep(alarms=told, gap=gap)


def sentence(model: Timely, gap: Gap) -> str:
    """Return what the model's alarms came to, and whether trees do otherwise."""
    if not model.failures:
        return _("These {n} machines did not fail, so nothing can be foreseen here.").format(n=model.machines)
    said = _(
        "The tuned model foresaw {foreseen} of {failures} failures in time, half of them {lead} days ahead or more, "
        "with {false} false alarms for each machine and week."
    ).format(
        foreseen=len(model.leads),
        failures=model.failures,
        lead=spread(model.lead, 24, 1),
        false=spread(model.false_per_week, 1, 2),
    )
    return f"{said} {compared(gap.foreseen)}"


def compared(gap: Estimate) -> str:
    """Return who foresees more, the model or the trees: `gap` is the difference of the shares on the same machines."""
    low, high = gap.low, gap.high
    told = _("({points} points, {low} to {high})").format(
        points=f"{100 * gap.value:+.0f}", low=f"{100 * low:+.0f}", high=f"{100 * high:+.0f}"
    )
    if low > 0:
        return _("It foresees more failures than trees on the same features {told}.").format(told=told)
    if high < 0:
        return _("Trees on the same features foresee more failures: the model {told}.").format(told=told)
    return _("No evidence of a difference to trees on the same features {told}.").format(told=told)


def _table(found: Findings) -> tuple[tuple[str, ...], ...]:
    model, trees = found.timely[MODEL], found.timely[TREES]
    rows = [
        ("", _("Tuned model"), _("Gradient boosting")),
        (_("Failures foreseen {n} h ahead or more").format(n=ACT_HOURS), _of(model), _of(trees)),
        (_("Too late"), str(model.late), str(trees.late)),
        (_("Missed"), str(model.missed), str(trees.missed)),
        (_("Median lead time, days"), spread(model.lead, 24, 1), spread(trees.lead, 24, 1)),
        (_("Alarms for each machine and week"), spread(model.per_week, 1, 2), spread(trees.per_week, 1, 2)),
        (_("False ones of them"), spread(model.false_per_week, 1, 2), spread(trees.false_per_week, 1, 2)),
    ]
    return tuple(rows)


def _of(each: Timely) -> str:
    share = spread(each.foreseen, 0.01, 0)
    return _("{n} of {all}: {share} %").format(n=len(each.leads), all=each.failures, share=share)


def spread(estimate: Estimate, unit: float, digits: int) -> str:
    """Return a number in other units with its interval, "–" where there is nothing to count."""
    if estimate.value != estimate.value:
        return "–"
    value, low, high = (f"{each / unit:.{digits}f}" for each in (estimate.value, estimate.low, estimate.high))
    return _("{value} ({low} to {high})").format(value=value, low=low, high=high)


def _rule(case: MachineCase, found: Findings) -> str:
    text = _(
        "The threshold is the lowest with at most {most} false alarms for each machine and week on {n} other machines, "
        "which nothing was learnt from either. An alarm is right where the machine fails within {days} days, in "
        "whatever way: what it names as the failure is counted further up, not here."
    )
    return text.format(most=case.most_false, n=len(found.scored.chosen_on), days=case.claim // 24)
