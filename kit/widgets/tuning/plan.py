"""What a tuning will take here, told before it starts: steps, memory, what is decided, and what would need less."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kit.errors import KitError
from kit.i18n import _
from kit.machine import this_machine
from kit.machine.facts import MIB, memory_free_mib
from kit.machine.speed import Speed
from kit.models import card_here
from kit.models.fit import TIGHT_SHARE, room_bytes
from kit.models.fit_words import nearly_too_large, size, too_large
from kit.models.room import needed_bytes
from kit.spec import needs_of
from kit.tuning.fitting import Choice, Decision, Rows, decide, guessed_rows
from kit.tuning.fitting.room import room_of_process
from kit.tuning.fitting.seconds import predicted_seconds
from kit.tuning.schedule import total_steps
from kit.tuning.spec import TuneSpec
from kit.widgets.tuning.rows import changed, rows_of

State = Literal["fits", "tight", "no", "unknown"]


@dataclass(frozen=True)
class Plan:
    """What a tuning will take.

    Parameters
    ----------
    steps : int, optional
        None where only reading much data could tell.
    needed_bytes : float, optional
        Of memory at its peak; None where nobody can know.
    room_bytes : float
        Of memory that this machine has for it.
    state : {"fits", "tight", "no", "unknown"}
    why : str
        What takes the most of it.
    """

    steps: int | None
    needed_bytes: float | None
    room_bytes: float
    state: State
    why: str = ""

    @property
    def words(self) -> str:
        """Return what is to be said of the room, or "" where it is ample."""
        if self.needed_bytes is None:
            return ""
        if self.state == "no":
            return too_large(self.needed_bytes, this_machine())
        if self.state == "tight":
            return nearly_too_large(self.needed_bytes, this_machine())
        free = None if this_machine().gpus else memory_free_mib() * MIB
        return _("Only {free} are free now.").format(free=size(free)) if free and self.needed_bytes > free else ""


def plan_of(spec: TuneSpec) -> Plan:
    """Return what `spec` will take, by light code; asked again of the same rows it answers at once."""
    return _plan(spec, changed(spec.data.source))


@lru_cache(maxsize=64)
def _plan(spec: TuneSpec, rows: int | None) -> Plan:
    needs = needs_of(spec)
    needed, room = needed_bytes(needs), room_bytes(this_machine())
    state: State = "unknown"
    if needed is not None:
        state = "fits" if needed <= TIGHT_SHARE * room else "tight" if needed <= room else "no"
    return Plan(steps_of(spec), needed, room, state, needs.why)


def lighter_of(spec: TuneSpec) -> tuple[TuneSpec, str] | None:
    """Return the nearest tuning that fits and what differs in it, as arguments; None where nothing near does."""
    return _lighter(spec, changed(spec.data.source))


@lru_cache(maxsize=16)
def _lighter(spec: TuneSpec, rows: int | None) -> tuple[TuneSpec, str] | None:
    room = room_bytes(this_machine())
    for lighter, change in spec.lighter():
        less = needed_bytes(needs_of(lighter))
        if less is not None and less <= room:
            return lighter, change
    return None


def choices_of(spec: TuneSpec) -> tuple[Choice, ...]:
    """Return what is decided where `spec` leaves it open, as far as it is known before the start."""
    found = _decision(spec, changed(spec.data.source))
    return () if found is None else found.choices


def seconds_of(spec: TuneSpec, speed: Speed | None) -> float | None:
    """Return how long the training will take, or None where nobody can know.

    Parameters
    ----------
    spec : TuneSpec
    speed : Speed, optional
        Of this machine; None: it was never measured.
    """
    rows = changed(spec.data.source)
    decision = None if speed is None else _decision(spec, rows)
    card = card_here(spec.model)
    if decision is None or speed is None or card is None:
        return None
    try:
        return predicted_seconds(decision.spec, card, speed, _guessed(spec, rows))
    except (KitError, OSError, ValueError):
        return None


@lru_cache(maxsize=64)
def _decision(spec: TuneSpec, rows: int | None) -> Decision | None:
    try:
        card = card_here(spec.model)
        return None if card is None else decide(spec, card, room_of_process(spec), _guessed(spec, rows))
    except (KitError, OSError, ValueError):  # the work itself will say what is wrong
        return None


@lru_cache(maxsize=16)
def _guessed(spec: TuneSpec, rows: int | None) -> Rows:
    return guessed_rows(spec)


def steps_of(spec: TuneSpec) -> int | None:
    """Return how many steps it will take, or None where only reading much data could tell."""
    if spec.steps:
        return spec.steps
    try:
        rows = rows_of(spec.data, spec.validation)
    except (KitError, OSError, ValueError):
        return None
    return None if rows is None else total_steps(rows.trained, spec.batch_size, spec.epochs, None)
