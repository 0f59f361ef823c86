"""What belongs to the verdict on windows of machines: of alarms the answer may be another one than of windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.i18n import _
from kit.verticals.manufacturing.scored import MODEL, TREES
from kit.verticals.manufacturing.steps.alarms import compared
from kit.verticals.manufacturing.steps.words import sentence
from kit.verticals.manufacturing.timely import Estimate

if TYPE_CHECKING:
    from kit.verticals.manufacturing.case import MachineCase


def notes(case: MachineCase) -> tuple[str, ...]:
    """Return how alarms compare and whether work orders helped, as far as both were measured."""
    alarms, gap, orders = (case.outcome.facts.get(name) for name in ("alarms", "gap", "orders"))
    told = []
    if alarms and gap and alarms[MODEL]["failures"] and None not in gap["foreseen"]:
        told.append(_alarms(alarms, Estimate(*gap["foreseen"])))
    if orders:
        told.append(sentence(**orders))
    return tuple(told)


def _alarms(alarms: dict[str, dict[str, Any]], gap: Estimate) -> str:
    foreseen = {name: each["failures"] - each["late"] - each["missed"] for name, each in alarms.items()}
    text = _(
        "That is about naming the state in each window. Of {n} failures the model's alarms foresee {model}, those of "
        "Gradient boosting {trees}. {compared}"
    )
    return text.format(
        n=alarms[MODEL]["failures"], model=foreseen[MODEL], trees=foreseen[TREES], compared=compared(gap)
    )
