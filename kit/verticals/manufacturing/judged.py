"""What became of the alarms of one machine, and which of its failures were foreseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.verticals.manufacturing.alarms import Alarm
from kit.verticals.manufacturing.tracks import Track

ACT_HOURS = 8  # less warning than this is too late to do anything


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One machine.

    Parameters
    ----------
    machine : str
        Its name.
    weeks : float
        Watched while it ran.
    leads : tuple of int, hours
        From the first alarm to the failure, of the failures that were foreseen in time.
    caught : tuple of bool
        Of each failure, in the order of time: was it foreseen in time?
    late, missed : int
        Failures with an alarm too late to act, and with none.
    right, false, unknown : int
        Alarms that a failure followed, that none followed, and of which nobody can know: parts were renewed, or the
        record ends, before the time was up.
    """

    machine: str
    weeks: float
    leads: tuple[int, ...]
    caught: tuple[bool, ...]
    late: int
    missed: int
    right: int
    false: int
    unknown: int

    @property
    def failures(self) -> int:
        """How many there were."""
        return len(self.caught)

    @property
    def alarms(self) -> int:
        """How many were raised."""
        return self.right + self.false + self.unknown


def judged(track: Track, alarms: Sequence[Alarm], *, claim: int, act: int = ACT_HOURS) -> Judged:
    """Return what became of the alarms of a machine.

    Parameters
    ----------
    track : Track
        The machine, with its failures.
    alarms : sequence of Alarm
        From `alarms_of`.
    claim : int, hours
        An alarm is right where the parts fail within so long after it was raised.
    act : int, default 8, hours
        A failure counts as foreseen where the alarm came so long before it.
    """
    leads, caught, late, missed = [], [], 0, 0
    for at, parts in track.failures:
        warned = [at - alarm.begins for alarm in alarms if alarm.parts == parts and 0 <= at - alarm.begins <= claim]
        if not warned:
            missed += 1
        elif max(warned) < act:
            late += 1
        else:
            leads.append(max(warned))
        caught.append(bool(warned) and max(warned) >= act)
    kinds = [_kind(track, alarm, claim) for alarm in alarms]
    return Judged(
        machine=track.machine,
        weeks=track.weeks,
        leads=tuple(leads),
        caught=tuple(caught),
        late=late,
        missed=missed,
        right=kinds.count("right"),
        false=kinds.count("false"),
        unknown=kinds.count("unknown"),
    )


def _kind(track: Track, alarm: Alarm, claim: int) -> str:
    fails = [at for at, parts in track.failures if parts == alarm.parts]
    if any(0 <= at - alarm.begins <= claim for at in fails):
        return "right"
    if fails:  # these parts did fail, but long after
        return "false"
    return "false" if track.until(alarm.parts) - alarm.begins >= claim else "unknown"
