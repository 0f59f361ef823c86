"""What a technician looks at: machines over time with the risk that a model saw, kept as one file and read without it.

A `Machine` holds its whole record. `Machine.known_by(hour)` is what was known at an hour: everything later is cut off
before anything is drawn or decided, so no view can look ahead.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.place import write_atomic
from kit.verticals.manufacturing.modes import HEALTHY

FILE = "watch.json"
FRESH_HOURS = 48  # an alarm whose rule has not held for so long is over
_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One machine, window by window.

    Parameters
    ----------
    name : str
        Its name.
    hours : tuple of int
        When each window ends.
    risk : tuple of float
        Probability of a failure within the horizon, as the model saw it.
    holds : tuple of bool
        Does the rule of the alarm hold?
    shares : tuple of tuple of float
        Probability of each label.
    parts : tuple of int
        How often parts were renewed before.
    readings, features : mapping of str to tuple
        Series by name; None where nothing was read.
    orders : tuple of (int, str)
        Work orders: hour and text.
    failures : tuple of (int, str)
        Hour and mode of each failure.
    """

    name: str
    hours: tuple[int, ...]
    risk: tuple[float, ...]
    holds: tuple[bool, ...]
    shares: tuple[tuple[float, ...], ...]
    parts: tuple[int, ...]
    readings: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    features: Mapping[str, tuple[float | str | None, ...]] = field(default_factory=dict)
    orders: tuple[tuple[int, str], ...] = ()
    failures: tuple[tuple[int, str], ...] = ()

    def known_by(self, hour: int) -> Machine:
        """Return the machine as far as it was known at an hour."""
        n = sum(at <= hour for at in self.hours)
        return dataclasses.replace(
            self,
            hours=self.hours[:n],
            risk=self.risk[:n],
            holds=self.holds[:n],
            shares=self.shares[:n],
            parts=self.parts[:n],
            readings={name: values[:n] for name, values in self.readings.items()},
            features={name: values[:n] for name, values in self.features.items()},
            orders=tuple(each for each in self.orders if each[0] <= hour),
            failures=tuple(each for each in self.failures if each[0] <= hour),
        )

    def alarms(self, quiet: int = FRESH_HOURS) -> tuple[tuple[int, int], ...]:
        """Return first and last hour of each alarm so far."""
        found: list[tuple[int, int, int]] = []
        for at, holds, parts in zip(self.hours, self.holds, self.parts, strict=True):
            if holds and found and found[-1][2] == parts and at - found[-1][1] <= quiet:
                found[-1] = (found[-1][0], at, parts)
            elif holds:
                found.append((at, at, parts))
        return tuple((begin, end) for begin, end, _parts in found)

    def alarm_at(self, hour: int, quiet: int = FRESH_HOURS) -> tuple[int, int] | None:
        """Return the alarm that is on at an hour, of a machine as known by then: not over, and no failure since."""
        alarms = self.alarms(quiet)
        if not alarms or hour - alarms[-1][1] > quiet:
            return None
        ended = any(at >= alarms[-1][1] for at, _mode in self.failures)
        renewed = self.parts[-1] != self.parts[self.hours.index(alarms[-1][1])]
        return None if ended or renewed else alarms[-1]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """All machines that a model watched, and what is known of how well it does.

    Parameters
    ----------
    data, model, date : str
        Of the data, of the model, and when it was measured (ISO 8601).
    labels : tuple of str
        In the order of `Machine.shares`.
    horizon : int, hours
        Within which a failure counts as coming.
    threshold, k, n : float, int, int
        The rule of the alarm.
    facts : mapping
        Lead time, alarms a week and the like, as the notebook found them.
    machines : tuple of Machine
        By name.
    """

    data: str
    model: str
    date: str
    labels: tuple[str, ...]
    horizon: int
    threshold: float
    k: int
    n: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    machines: tuple[Machine, ...] = ()

    @property
    def hours(self) -> tuple[int, ...]:
        """Every hour at which a window of any machine ends, ascending."""
        return tuple(sorted({at for machine in self.machines for at in machine.hours}))

    def known_by(self, hour: int) -> Watch:
        """Return what was known at an hour; machines without any window by then are left out."""
        known = (machine.known_by(hour) for machine in self.machines)
        return dataclasses.replace(self, machines=tuple(machine for machine in known if machine.hours))

    def mode(self, machine: Machine) -> tuple[str, float]:
        """Return the likeliest failure of a machine at its newest window and its probability, given that it fails."""
        failing = {
            label: share for label, share in zip(self.labels, machine.shares[-1], strict=True) if label != HEALTHY
        }
        name = max(failing, key=lambda label: failing[label])
        total = sum(failing.values())
        return name, failing[name] / total if total > 0 else 0.0


def write_watch(folder: Path, watch: Watch) -> Path:
    """Keep a watch in the folder of its outcome."""
    path = folder / FILE
    write_atomic(path, json.dumps({"version": _VERSION, **dataclasses.asdict(watch)}, ensure_ascii=False))
    return path


def read_watch(path: Path) -> Watch | None:
    """Return the watch in a file, or None where there is none that this version can read."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values.pop("version") != _VERSION:
            return None
        machines = tuple(_machine(each) for each in values.pop("machines"))
        return Watch(**{**values, "labels": tuple(values["labels"])}, machines=machines)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _machine(values: dict[str, Any]) -> Machine:
    for name in ("hours", "risk", "holds", "parts"):
        values[name] = tuple(values[name])
    for name in ("shares", "orders", "failures"):
        values[name] = tuple(tuple(each) for each in values[name])
    for name in ("readings", "features"):
        values[name] = {key: tuple(series) for key, series in values[name].items()}
    return Machine(**values)
