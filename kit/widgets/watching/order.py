"""Which machine comes first: unanswered alarms, then what was decided, then what rises, then the quiet ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.i18n import N_
from kit.verticals.manufacturing.planned import Decision
from kit.verticals.manufacturing.watch import Machine, Watch
from kit.widgets.parts import Tone

STATES: dict[str, tuple[str, Tone]] = {  # in the order of urgency
    "alarm": (N_("alarm"), "bad"),
    "planned": (N_("check planned"), "run"),
    "acknowledged": (N_("acknowledged"), "warn"),
    "rising": (N_("above threshold"), "warn"),
    "quiet": (N_("quiet"), ""),
    "standing": (N_("stands"), ""),
}
_COUNTS_HOURS = 168  # a decision without an alarm stands for a week
_STANDS_HOURS = 36


@dataclass(frozen=True, kw_only=True)
class Row:
    """One machine as the list shows it.

    Parameters
    ----------
    machine : Machine
        As far as it is known.
    state : str
        One of `STATES`.
    mode : str
        The likely failure.
    share : float
        How likely that one is, given that the machine fails.
    alarm : (int, int) or None
        First and last hour of the alarm that is on.
    decision : Decision or None
        The newest that counts.
    """

    machine: Machine
    state: str
    mode: str
    share: float
    alarm: tuple[int, int] | None
    decision: Decision | None

    @property
    def risk(self) -> float:
        """Probability of a failure at the newest window."""
        return self.machine.risk[-1]


def rows_at(watch: Watch, hour: int, decisions: Sequence[Decision]) -> list[Row]:
    """Return the machines as of an hour, the most urgent first.

    Parameters
    ----------
    watch : Watch
        What was known by then: `Watch.known_by`.
    hour : int
        As of when.
    decisions : sequence of Decision
        All that stand; those of later hours are left out.
    """
    rows = [_row(watch, machine, hour, decisions) for machine in watch.machines]
    order = list(STATES)
    return sorted(rows, key=lambda row: (order.index(row.state), -row.risk, row.machine.name))


def _row(watch: Watch, machine: Machine, hour: int, decisions: Sequence[Decision]) -> Row:
    alarm = machine.alarm_at(hour)
    since = alarm[0] if alarm else hour - _COUNTS_HOURS
    mine = [each for each in decisions if each.machine == machine.name and since <= each.hour <= hour]
    failed = max((at for at, _mode in machine.failures), default=-1)
    mine = [each for each in mine if each.hour > failed]  # what was planned before it failed is over
    mode, share = watch.mode(machine)
    state = "standing" if hour - machine.hours[-1] >= _STANDS_HOURS else _state(watch, machine, alarm, mine)
    return Row(machine=machine, state=state, mode=mode, share=share, alarm=alarm, decision=mine[-1] if mine else None)


def _state(watch: Watch, machine: Machine, alarm: tuple[int, int] | None, mine: Sequence[Decision]) -> str:
    if mine:
        return mine[-1].kind
    if alarm:
        return "alarm"
    return "rising" if machine.risk[-1] >= watch.threshold else "quiet"
