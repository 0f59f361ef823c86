"""Load, speed, temperature and pressure hour by hour, with what wear, weather, shifts and bad sensors do to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kit.verticals.manufacturing.lives import DAY, Life, running_by_hour
from kit.verticals.manufacturing.signals import Numbers

SHIFT = 12
LOADS = {"light": 0.6, "normal": 1.0, "heavy": 1.3}
_STAYS = 0.72  # chance that the next shift runs at the same load
_HEAT_K, _LEAK_BAR = 14.0, 0.85  # at full wear
_DRIFTS = 0.2  # share of machines with one sensor that drifts
_GAPS_DAYS = 16.0  # mean time between two drop-outs of a sensor


@dataclass(frozen=True, kw_only=True)
class Hourly:
    """What is read once an hour; NaN where the machine stands or the sensor says nothing.

    Parameters
    ----------
    load : list of str
        One of `LOADS`, for each hour.
    rpm, temperature, pressure : array (hours,)
        rev/min, °C, bar.
    rough : array (hours,)
        Roughness of the batch, 0 for most: see `waves.vibration`.
    vibration_known : array of bool (hours,)
        Does the vibration sensor say anything?
    """

    load: list[str]
    rpm: Numbers
    temperature: Numbers
    pressure: Numbers
    rough: Numbers
    vibration_known: np.ndarray


def draw_hourly(
    random: np.random.Generator, life: Life, wear: dict[str, Numbers], ambient: Numbers, rpm: float
) -> Hourly:
    """Draw the slow readings of one machine.

    Parameters
    ----------
    random : Generator
        Source of chance.
    life : Life
        When it stands.
    wear : dict of str to array (hours,)
        From `lives.wear_by_hour`.
    ambient : array (hours,), °C
        The hall, the same for all machines.
    rpm : float
        Speed at nominal load.
    """
    hours = len(ambient)
    running = running_by_hour(life, hours)
    load = _loads(random, hours)
    share = np.array([LOADS[each] for each in load])
    heat = _lagged(9.0 * (share - 1) + 22 + 2.5 * random.standard_normal())
    temperature = ambient + heat + _HEAT_K * wear["overheating"] + 1.5 * wear["bearing"]
    temperature += _drift(random, hours, 7.0) + 0.7 * random.standard_normal(hours)
    pressure = 6.0 + 0.4 * random.standard_normal() - 0.12 * (share - 1) - _LEAK_BAR * wear["leak"]
    pressure = pressure + _drift(random, hours, 0.5) + 0.07 * random.standard_normal(hours)
    speed = rpm * (1 + 0.05 * (1 - share) + 0.004 * random.standard_normal(hours))
    temperature, pressure = (_known(random, values, running) for values in (temperature, pressure))
    vibration = np.isfinite(_known(random, np.zeros(hours), running))
    rough = np.repeat(np.where(random.random(-(-hours // SHIFT)) < 0.07, random.uniform(0.5, 1.5), 0.0), SHIFT)
    return Hourly(
        load=load,
        rpm=np.where(running, speed, np.nan),
        temperature=temperature,
        pressure=pressure,
        rough=rough[:hours],
        vibration_known=vibration,
    )


def draw_ambient(random: np.random.Generator, hours: int) -> Numbers:
    """Return the temperature of the hall: day and night, and weeks that are warmer than others."""
    at = np.arange(hours)
    weeks = np.cumsum(random.standard_normal(-(-hours // DAY)) * 0.7)
    return np.asarray(21 + 2.2 * np.sin(2 * np.pi * (at - 9) / DAY) + np.repeat(weeks - weeks.mean(), DAY)[:hours])


def _loads(random: np.random.Generator, hours: int) -> list[str]:
    names = list(LOADS)
    now, found = "normal", []
    for _shift in range(-(-hours // SHIFT)):
        if random.random() > _STAYS:
            now = names[int(random.integers(len(names)))]
        found += [now] * SHIFT
    return found[:hours]


def _lagged(wanted: Numbers, hours: float = 3.0) -> Numbers:
    """Return how a body follows: it comes nearer by the same share each hour."""
    share, now, found = 1 - np.exp(-1 / hours), float(wanted[0]), []
    for value in wanted:
        now += share * (float(value) - now)
        found.append(now)
    return np.array(found)


def _drift(random: np.random.Generator, hours: int, most: float) -> Numbers:
    """Return what a sensor adds that loses its zero: nothing in most machines, else a slow ramp to either side."""
    drifts, begin = random.random() < _DRIFTS, random.uniform(0, 0.7) * hours
    days, size = random.uniform(12, 30), random.uniform(0.4, 1.0) * most * random.choice([-1.0, 1.0])
    ramp = np.clip((np.arange(hours) - begin) / (days * DAY), 0, 1)
    return np.asarray(size * ramp if drifts else np.zeros(hours))


def _known(random: np.random.Generator, values: Numbers, running: np.ndarray) -> Numbers:
    """Return the values with holes: where the machine stands, and where the sensor drops out."""
    found = np.where(running, values, np.nan)
    at = 0
    while True:
        at += int(random.exponential(_GAPS_DAYS * DAY)) + 1
        if at >= len(values):
            return found
        found[at : at + int(random.integers(6, 54))] = np.nan
