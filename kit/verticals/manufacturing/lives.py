"""The lives of machines, drawn before anything is measured: what wears when, what fails, what is replaced in time.

Hours are counted from the beginning of the record. A life ends with a failure (the machine stands until it is mended),
with a service that finds the wear and replaces the part (nobody will know how long it would have lasted), or with the
record.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kit.verticals.manufacturing.modes import MODES

DAY = 24
_ROBUST = 0.25  # share of machines in which nothing wears within the record
_SUDDEN = 0.06  # share of failures that give no sign
_QUIET_DAYS = 15.0  # mean time without wear
_WEAR_DAYS, _WEAR_SPREAD = 9.0, 0.35  # median and log-normal spread of the time from the first wear to the failure
_SERVICE_DAYS = (20, 32)
_FINDS = 0.5  # chance that a service finds wear that is under way
_SERVICE_HOURS = 6


@dataclass(frozen=True, kw_only=True)
class Wear:
    """One wear from its beginning to its end.

    Parameters
    ----------
    mode : str
        Of `MODES`.
    begins, fails : int, hours
        `fails` is when it fails or would have failed.
    ends : int, hours
        When it is over: at the failure, at the service that found it, or at the end of the record.
    how : {"failed", "replaced", "open"}
        How it is over.
    strength, shape : float
        Size of the signature at the failure, and how late it grows: the share of the time to the power of `shape`.
    """

    mode: str
    begins: int
    fails: int
    ends: int
    how: str
    strength: float
    shape: float


@dataclass(frozen=True)
class Life:
    """What happens to one machine.

    Parameters
    ----------
    wears : list of Wear
        In order.
    services : list of int, hours
        When a planned service begins.
    stops : list of (int, int), hours
        From when until when the machine stands.
    """

    wears: list[Wear] = field(default_factory=list)
    services: list[int] = field(default_factory=list)
    stops: list[tuple[int, int]] = field(default_factory=list)

    @property
    def failures(self) -> list[tuple[int, str]]:
        """Hour and mode of each failure."""
        return [(wear.ends, wear.mode) for wear in self.wears if wear.how == "failed"]

    @property
    def renewals(self) -> list[int]:
        """The hours from which the machine runs with new parts, after a failure or a replacement."""
        over = {wear.ends for wear in self.wears if wear.how != "open"}
        return sorted(until for begin, until in self.stops if begin in over)


def draw_life(random: np.random.Generator, hours: int) -> Life:
    """Draw what happens to a machine within so many hours."""
    life = Life(services=_services(random, hours))
    robust = random.random() < _ROBUST
    now = 0
    while not robust:
        begins = now + int(random.exponential(_QUIET_DAYS * DAY))
        if begins >= hours:
            break
        wear = _wear(random, begins, life.services, hours)
        life.wears.append(wear)
        if wear.how == "open":
            break
        now = wear.ends + (int(random.integers(18, 43)) if wear.how == "failed" else _SERVICE_HOURS)
        if wear.how == "failed":
            life.stops.append((wear.ends, now))
    standing = list(life.stops)
    planned = [at for at in life.services if not any(begin - 48 <= at < end for begin, end in standing)]
    life.services[:] = planned
    life.stops.extend((at, at + _SERVICE_HOURS) for at in planned)
    return life


def _services(random: np.random.Generator, hours: int) -> list[int]:
    at, found = int(random.integers(5 * DAY, _SERVICE_DAYS[1] * DAY)), []
    while at < hours - DAY:
        found.append(at)
        at += int(random.integers(_SERVICE_DAYS[0] * DAY, _SERVICE_DAYS[1] * DAY))
    return found


def _wear(random: np.random.Generator, begins: int, services: list[int], hours: int) -> Wear:
    mode = list(MODES)[int(random.integers(len(MODES)))]
    sudden = random.random() < _SUDDEN
    days = 0.4 if sudden else float(np.clip(_WEAR_DAYS * np.exp(_WEAR_SPREAD * random.standard_normal()), 3, 20))
    fails = begins + max(int(days * DAY), 4)
    strength = float(random.uniform(0.65, 1.35))
    shape = float(random.uniform(1.0, 2.4))
    found = [at for at in services if begins + 0.3 * (fails - begins) < at < fails - 12 and random.random() < _FINDS]
    if found and found[0] < hours:
        ends, how = found[0], "replaced"
    elif fails < hours:
        ends, how = fails, "failed"
    else:
        ends, how = hours, "open"
    return Wear(mode=mode, begins=begins, fails=fails, ends=ends, how=how, strength=strength, shape=shape)


def wear_by_hour(life: Life, hours: int) -> dict[str, np.ndarray]:
    """Return how far each mode has gone in each hour: 0 without wear, about 1 at the failure."""
    found = {mode: np.zeros(hours) for mode in MODES}
    for wear in life.wears:
        at = np.arange(wear.begins, min(wear.ends, hours))
        share = (at - wear.begins) / max(wear.fails - wear.begins, 1)
        found[wear.mode][at] = wear.strength * share**wear.shape
    return found


def running_by_hour(life: Life, hours: int) -> np.ndarray:
    """Return whether the machine runs, for each hour."""
    found = np.ones(hours, dtype=bool)
    for begin, end in life.stops:
        found[begin:end] = False
    return found
