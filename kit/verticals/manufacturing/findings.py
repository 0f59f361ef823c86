"""What alarms of both methods came to, on the same machines: computed from scored windows, in about a second."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kit.verticals.manufacturing.alarms import Rule, alarms_of
from kit.verticals.manufacturing.judged import Judged, judged
from kit.verticals.manufacturing.scored import MODEL, TREES, Scored, scored
from kit.verticals.manufacturing.threshold import choose_rule
from kit.verticals.manufacturing.timely import Gap, Timely, gap, timely
from kit.verticals.steps.step import NotYet

if TYPE_CHECKING:
    from kit.verticals.manufacturing.case import MachineCase


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the alarms of a model and of trees were worth.

    Parameters
    ----------
    scored : Scored
        The windows.
    rules : dict of str to Rule
        By method, chosen on other machines.
    judged : dict of str to list of Judged
        One for each machine that is reported of.
    timely : dict of str to Timely
        Over all of them.
    gap : Gap
        The model minus the trees.
    """

    scored: Scored
    rules: dict[str, Rule]
    judged: dict[str, list[Judged]]
    timely: dict[str, Timely]
    gap: Gap


def findings(case: MachineCase) -> Findings:
    """Return what alarms came to (raises `NotYet` where windows are not scored and may not be)."""
    run = case.tuned_run
    if run is None:
        raise NotYet
    return _found(_Key(case, (run.id, case.most_false, case.claim, case.windows)))


class _Key:
    """A case as the key of a cache: equal where the same was scored and is asked for."""

    def __init__(self, case: MachineCase, value: tuple[Any, ...]) -> None:
        self.case, self._value = case, value

    def __hash__(self) -> int:
        return hash(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._value == other._value


@lru_cache(maxsize=2)
def _found(key: _Key) -> Findings:
    case = key.case
    held = scored(case)
    rules, found = {}, {}
    for method in (MODEL, TREES):
        rules[method] = choose_rule(
            held.chosen_on, held.risks(method, held.chosen_on), most_false=case.most_false, claim=case.claim
        )
        found[method] = [
            judged(track, alarms_of(track, risk, rules[method]), claim=case.claim)
            for track, risk in zip(held.reported, held.risks(method, held.reported), strict=True)
        ]
    return Findings(
        scored=held,
        rules=rules,
        judged=found,
        timely={method: timely(each) for method, each in found.items()},
        gap=gap(found[MODEL], found[TREES]),
    )
