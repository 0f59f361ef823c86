"""A fleet of made-up machines that run until they fail: lives, readings and work orders, all from one seed.

Nothing is measured on any real machine. The same seed gives the same fleet with the same version of numpy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kit.errors import ParameterError
from kit.i18n import _
from kit.verticals.manufacturing import waves
from kit.verticals.manufacturing.hourly import LOADS, SHIFT, Hourly, draw_ambient, draw_hourly
from kit.verticals.manufacturing.lives import DAY, Life, draw_life, wear_by_hour
from kit.verticals.manufacturing.orders import Order, draw_orders
from kit.verticals.manufacturing.signals import Numbers
from kit.verticals.manufacturing.waves import Build

FIRST_HOUR = 2 * DAY  # windows look back two days


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One machine with all that was recorded of it, and what the generator knows.

    Parameters
    ----------
    name : str
        Such as "M07".
    build, life : Build, Life
        What it is, and what happens to it.
    slow : Hourly
        What is read once an hour.
    hours : array of int (windows,)
        The hours at which its windows end; it runs at each.
    vibration, current : array (windows, samples)
        What was recorded at these hours: g and A; a row of NaN where the sensor said nothing.
    orders : list of Order
        Work orders, oldest first.
    """

    name: str
    build: Build
    life: Life
    slow: Hourly
    hours: np.ndarray
    vibration: Numbers
    current: Numbers
    orders: list[Order]


def make_fleet(machines: int = 88, days: int = 56, seed: int = 0, *, every: int = SHIFT) -> list[Machine]:
    """Make a fleet.

    Parameters
    ----------
    machines : int, default 88
        How many; at least 3.
    days : int, default 56
        How long the record is; at least 10.
    seed : int, default 0
        Another seed, another fleet.
    every : int, default 12, hours
        Between two windows.

    Raises
    ------
    ParameterError
        A number is too small.
    """
    for name, value, least in (("machines", machines, 3), ("days", days, 10), ("every", every, 1)):
        if value < least:
            raise ParameterError(name, value, allowed=_("at least {n}").format(n=least))
    ambient = draw_ambient(np.random.default_rng([seed, 0]), days * DAY)
    digits = max(len(str(machines)), 2)
    # Each machine has a source of chance of its own: the first ten of a fleet of 88 are a fleet of ten.
    return [
        _machine(f"M{place:0{digits}}", np.random.default_rng([seed, place]), ambient, every)
        for place in range(1, machines + 1)
    ]


def _machine(name: str, random: np.random.Generator, ambient: Numbers, every: int) -> Machine:
    hours = len(ambient)
    build, life = waves.draw_build(random), draw_life(random, hours)
    wear = wear_by_hour(life, hours)
    slow = draw_hourly(random, life, wear, ambient, build.rpm)
    ends = np.arange(FIRST_HOUR, hours, every)
    ends = ends[np.isfinite(slow.rpm[ends])]
    return Machine(
        name=name,
        build=build,
        life=life,
        slow=slow,
        hours=ends,
        orders=draw_orders(random, life, hours),
        **_snapshots(random, build, slow, wear, ends),
    )


def _snapshots(
    random: np.random.Generator, build: Build, slow: Hourly, wear: dict[str, Numbers], ends: np.ndarray
) -> dict[str, Numbers]:
    load = np.array([LOADS[slow.load[at]] for at in ends])
    held = {mode: values[ends] for mode, values in wear.items()}
    vibration = waves.vibration(random, build, slow.rpm[ends], load, held, slow.rough[ends])
    vibration[~slow.vibration_known[ends]] = np.nan
    return {"vibration": vibration, "current": waves.current(random, build, load, held)}
