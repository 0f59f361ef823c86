"""How long a sweep is predicted to take here, told before it starts, by light code."""

from __future__ import annotations

from functools import lru_cache

from kit.data import open_data
from kit.errors import KitError
from kit.experiments.expected import expected_s
from kit.experiments.lineup import lineup
from kit.experiments.spec import SweepSpec
from kit.machine.speed import known_speed
from kit.widgets.tuning.rows import changed


def seconds_of(spec: SweepSpec) -> float | None:
    """Return the seconds that all variants together are predicted to take, files that are made included.

    None where this machine was never measured, where nothing is known of a model, or where rows are not quick to read.
    """
    speed, at = known_speed(), changed(spec.data.source)
    return None if speed is None or at is None else _seconds(spec, at, speed.measured)


@lru_cache(maxsize=64)
def _seconds(spec: SweepSpec, at: int, measured: str) -> float | None:
    try:
        data = open_data(spec.data)
        each = [expected_s(spec, entrant.variant, data) for entrant in lineup(spec)]
    except (KitError, OSError):  # a start will tell
        return None
    return sum(each) if all(each) else None
