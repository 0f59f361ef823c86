"""How long before each failure the alarm came, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.i18n import N_, _
from kit.verticals.manufacturing.case import needs_series
from kit.verticals.manufacturing.findings import findings
from kit.verticals.manufacturing.scored import MODEL, TREES
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kit.verticals.manufacturing.case import MachineCase


@step(N_("Lead times"))
def lead_times(case: MachineCase) -> Report | Figure:
    """Return the lead times of both methods as a figure."""
    from kit.plots import lead_times as drawn
    from kit.plots.lead_times import Leads

    if not case.windows:
        return Report(title=_("Lead times"), sentence=needs_series())
    found = findings(case)
    names = {MODEL: _("tuned model"), TREES: _("gradient boosting")}
    return drawn(
        [
            Leads(
                names[method],
                tuple(lead / 24 for lead in each.leads),
                (each.lead.value / 24, each.lead.low / 24, each.lead.high / 24),
                each.missed + each.late,  # an alarm too late is no dot
            )
            for method, each in found.timely.items()
        ]
    )
