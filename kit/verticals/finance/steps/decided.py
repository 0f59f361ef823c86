"""What people decided in the panel, ready for the next tuning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.i18n import N_, _
from kit.verticals.finance.decision import Decisions
from kit.verticals.finance.queue import DECIDED
from kit.verticals.given import store_rows
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step

if TYPE_CHECKING:
    from kit.verticals.finance.opening import FinanceCase


@step(N_("Decisions"))
def decisions(case: FinanceCase) -> Report:
    """Return how many alerts were decided, how many otherwise than proposed, and the file to learn from next time."""
    kept = Decisions(case.folder / DECIDED)
    rows = kept.rows()
    if not rows:
        sentence = _("Nobody has decided on an alert yet: the panel at the top is the place for it.")
        return Report(title=_("Decisions"), sentence=sentence)
    sentence = _("{words}. They are rows to learn from.").format(words=kept.words())
    facts = [(_("All of them, one deed a line"), str(kept.path))] if case.live else []
    facts += [(_("As a dataset"), str(store_rows(f"{case.name}-decided", rows)))] if case.live else []
    return Report(title=_("Decisions"), sentence=sentence, facts=tuple(facts))
