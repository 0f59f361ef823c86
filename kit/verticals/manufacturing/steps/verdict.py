"""What belongs to the verdict on windows of machines: of alarms the answer may be another one than of windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.i18n import _
from kit.verticals.manufacturing.scored import MODEL, TREES
from kit.verticals.manufacturing.steps.alarms import compared
from kit.verticals.manufacturing.steps.words import sentence
from kit.verticals.manufacturing.timely import Estimate

if TYPE_CHECKING:
    from kit.verticals.manufacturing.case import MachineCase


def notes(case: MachineCase) -> tuple[str, ...]:
    """Return how alarms compare and whether work orders helped, as far as both were measured."""
    held = case.outcome
    return tuple(filter(None, (_alarms(held["alarms"], held["gap"]), _orders(held["orders"]))))


def _alarms(alarms: dict[str, dict[str, object]] | None, gap: dict[str, list[float | None]] | None) -> str:
    if not alarms or not gap or not alarms[MODEL]["failures"] or None in gap["foreseen"]:
        return ""
    told = _(
        "That is about naming the state in each window. Of {n} failures the model's alarms foresee {a}, those of "
        "Gradient boosting {b}. {compared}"
    )
    counted = {name: alarms[name] for name in (MODEL, TREES)}
    found = [int(each["failures"]) - int(each["late"]) - int(each["missed"]) for each in counted.values()]
    return told.format(
        n=alarms[MODEL]["failures"], a=found[0], b=found[1], compared=compared(Estimate(*gap["foreseen"]))
    )


def _orders(held: dict[str, float] | None) -> str:
    return "" if not held else f"{sentence(**held)}"
