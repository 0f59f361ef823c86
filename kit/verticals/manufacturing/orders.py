"""Work orders as technicians write them: short, with abbreviations, some of them about nothing that matters.

An order about a symptom says what was seen, heard or smelt, in words that several failures share: "runs hot" may be a
dry bearing or a clogged filter. Nobody writes the name of the failure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kit.verticals.manufacturing.lives import Life

_ROUTINE_DAYS = 9.0  # mean time between two orders about nothing that matters
_LOOKS = 10  # hours between two rounds of a technician
_SEES, _MISREADS = 0.12, 0.10
_SYMPTOMS = {
    "bearing": (
        "squeal from DE on start up, greased",
        "rumbling noise NDE, pls check",
        "metallic sound when coasting down",
        "grease dark, bit of glitter in it",
        "dry sounding, regreased DE 2 strokes",
        "whine comes and goes with speed",
        "op says it growls, housing warm to touch",
        "runs hot at DE end, noise too",
    ),
    "imbalance": (
        "shakes at full speed",
        "foundation bolts loose again, retorqued",
        "whole frame trembles, worse than last wk",
        "build up on impeller, scraped off what we could reach",
        "guard rattles, vib felt in floor",
        "coupling guard bolts backed out",
        "op reports strong shaking after washdown",
    ),
    "overheating": (
        "filter mat clogged, no spare",
        "fan cover full of lint, blew it out",
        "too hot to touch, op opened the door",
        "cooling water flow low?",
        "tripped on temp once, reset",
        "smells hot, fins dusty",
        "runs hot since line was sped up",
    ),
    "leak": (
        "oil on floor under unit, wiped",
        "topped up 3 l again",
        "hose wet at fitting, tightened 1/4 turn",
        "hissing near manifold",
        "level low, refilled, mark on tank",
        "clamping weak end of shift",
        "drip tray full after 1 shift",
    ),
    "electrical": (
        "burnt smell at terminal box",
        "drive warning came up, cleared",
        "breaker warm, phase L2 reads low",
        "hums when idle, motor",
        "ovld relay tripped x1, reset",
        "display flickers when it starts",
        "tripped on temp once, reset, amps look uneven",
    ),
}
_ROUTINE = (
    "weekly round ok",
    "replaced guard screw",
    "cleaned area, nothing found",
    "label on panel missing, printed new one",
    "light curtain wiped, tested ok",
    "belt guard repainted",
    "greased per schedule",
    "checked oil level, ok",
    "tool change, 20 min",
    "op trained on new recipe",
    "emergency stop tested",
    "door hinge adjusted",
    "noise checked, is the neighbour machine",
    "warm today, all units a bit hot",
)
_ENDINGS = ("", "", "", " - monitor", ", will look again", " (night shift)", ", parts?", " asap")


@dataclass(frozen=True)
class Order:
    """One work order: hour, text, and the mode that it tells of ("" for none), which only the generator knows."""

    hour: int
    text: str
    mode: str = ""


def draw_orders(random: np.random.Generator, life: Life, hours: int) -> list[Order]:
    """Draw the work orders of one machine, oldest first."""
    found = [Order(at, _written(random, _ROUTINE)) for at in _some_hours(random, hours)]
    for wear in life.wears:
        for at in range(wear.begins, wear.ends, _LOOKS):
            share = (at - wear.begins) / max(wear.fails - wear.begins, 1)
            if random.random() < _SEES * (0.25 + 1.6 * share):
                seen = wear.mode if random.random() > _MISREADS else _other(random, wear.mode)
                found.append(Order(at, _written(random, _SYMPTOMS[seen]), wear.mode))
    standing = [at for at in _some_hours(random, hours) if random.random() < 0.12]  # symptoms of nothing
    found += [Order(at, _written(random, _SYMPTOMS[_other(random, "")])) for at in standing]
    return sorted(found, key=lambda order: order.hour)


def _some_hours(random: np.random.Generator, hours: int) -> list[int]:
    at, found = 0, []
    while (at := at + 1 + int(random.exponential(_ROUTINE_DAYS * 24))) < hours:
        found.append(at)
    return found


def _other(random: np.random.Generator, mode: str) -> str:
    names = [name for name in _SYMPTOMS if name != mode]
    return names[int(random.integers(len(names)))]


def _written(random: np.random.Generator, phrases: tuple[str, ...]) -> str:
    text = phrases[int(random.integers(len(phrases)))] + _ENDINGS[int(random.integers(len(_ENDINGS)))]
    return text.upper() if random.random() < 0.1 else text
