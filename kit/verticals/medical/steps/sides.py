"""By what rows belong together, and that no group stands on two sides."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from kit.i18n import N_, _, ngettext
from kit.verticals.medical.groups import Sides
from kit.verticals.medical.groups import sides as counted
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step
from kit.words import count

if TYPE_CHECKING:
    from kit.verticals.medical.case import MedicalCase

_PARTS = {"fit": N_("to learn from"), "validation": N_("to choose by"), "test": N_("to measure on")}


@step(N_("What belongs together"))
def sides(case: MedicalCase) -> Report:
    """Return by which column rows were kept together, and how many groups stand on two sides."""
    if not case.group:
        return Report(title=_("What belongs together"), sentence=_alone(case))
    groups = {part: [str(cells.get(case.group) or "") for cells in case.cells(part)] for part in _PARTS}
    found = {(a, b): counted(groups[a], groups[b]) for a, b in combinations(_PARTS, 2)}
    case.keep(group=case.group, groups={part: len({each for each in held if each}) for part, held in groups.items()})
    told = (_("Rows"), _("Rows held"), _("Groups"))
    rows = [(_(_PARTS[part]), count(len(held)), count(len({*held} - {""}))) for part, held in groups.items()]
    return Report(
        title=_("What belongs together"),
        sentence=_said(case, found),
        table=(told, *rows),
        result=case.preparation().result,
    )


def _alone(case: MedicalCase) -> str:
    if case.bundled:
        return _(
            "Each row is another patient: the source has one sample of each, so there is nothing to keep together, and "
            "the label alone decides how rows are divided."
        )
    return _(
        "No column says which rows belong together, so rows are divided one by one. Where several rows are of one "
        "patient or one disease, name that column with GROUP: a model that has seen the patient looks better than it "
        "is."
    )


def _said(case: MedicalCase, found: dict[tuple[str, str], Sides]) -> str:
    both = [each for each in found.values() if each.both]
    if not both:
        text = _("Rows with the same {column} stand together: no {column} is on two sides.")
        return text.format(column=case.group)
    asked = found["fit", "test"]
    if case.given.test is not None and found["fit", "validation"].both == 0:
        text = ngettext(
            "Rows with the same {column} stand together where rows were divided here. The test file was given as it "
            "is: {n} {column} of it is learnt from too, with {rows} of its rows.",
            "Rows with the same {column} stand together where rows were divided here. The test file was given as it "
            "is: {n} values of {column} in it are learnt from too, with {rows} of its rows.",
            asked.both,
        )
        return text.format(column=case.group, n=count(asked.both), rows=count(asked.rows))
    return _("{n} values of {column} stand on two sides: look at the file.").format(
        n=count(max(each.both for each in both)), column=case.group
    )
