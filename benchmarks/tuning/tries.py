"""The settings of a peer beside each other: which of them is its best?"""

from __future__ import annotations

from typing import Any

from benchmarks.tuning.race import Race
from benchmarks.tuning.racer import Racer
from benchmarks.tuning.settings import TRIED
from benchmarks.tuning.setup import Setup

_MOST_STEPS = 12


def tries(setup: Setup) -> dict[str, Any]:
    """Train some steps with each setting of the peers that the options name, and return how fast each was."""
    rows = setup.materials()[0]
    steps = min(setup.options.steps, _MOST_STEPS)
    found: dict[str, Any] = {}
    for peer in setup.options.tried:
        racers: dict[str, Racer] = {}
        try:
            for setting in TRIED[peer]:
                racers[setting] = setup.peer(peer, setting, rows, steps)
        except BaseException:
            for racer in racers.values():
                racer.close()
            raise
        race = Race(racers, lambda text: print(text, flush=True))
        try:
            race.run(steps=steps, every=min(steps, 3), most=steps, tolerance=0.0)
        finally:
            race.close()
        found[peer] = {name: _told(race, name) for name in TRIED[peer]}
    return {"tries": found}


def _told(race: Race, name: str) -> dict[str, Any]:
    if name in race.failed:
        return {"failed": race.failed[name]}
    course = race.courses[name]
    return {
        "tokens_per_s": round(course.total("tokens") / course.total("seconds"), 1),
        "held_loss": round(course.losses[-1], 4),
        "peak_mib": round(course.peak_mib, 1),
    }
