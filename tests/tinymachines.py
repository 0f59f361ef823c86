"""Six machines under watch, made by rule: two in alarm, one that failed, one that stands, two that are quiet."""

from __future__ import annotations

import math
from pathlib import Path

from kit.verticals.manufacturing.modes import LABELS
from kit.verticals.manufacturing.watch import Machine, Watch, write_watch

STEP, WINDOWS = 12, 80  # forty days
THRESHOLD = 0.6
_HEALTHY = {
    "vibration": [0.8, 1.3],
    "bearing tones": [0.6, 1.5],
    "temperature": [-3.0, 3.5],
    "temperature per day": [-1.5, 1.6],
    "pressure": [-0.2, 0.2],
    "pressure per day": [-0.1, 0.1],
    "harmonics": [0.8, 1.2],
}


def watch_of(folder: Path, *, hours: int | None = None) -> Watch:
    """Keep the machines in `folder` and return them; with `hours`, only what was known by then."""
    whole = Watch(
        data="machines",
        model="smollm2-135m-instruct",
        date="2026-11-23",
        labels=LABELS,
        horizon=96,
        threshold=THRESHOLD,
        k=2,
        n=3,
        facts={
            "machines": 24,
            "failures": 31,
            "foreseen": [0.77, 0.61, 0.9],
            "lead": [76.0, 58.0, 101.0],
            "per_week": [0.4, 0.3, 0.5],
            "false_per_week": [0.08, 0.03, 0.15],
            "healthy": _HEALTHY,
        },
        machines=(
            _machine("M01", mode="bearing", rises=66),
            _machine("M02", mode="leak", rises=40, fails=52),
            _machine("M03", mode="overheating", rises=72),
            _machine("M04"),
            _machine("M05", windows=60),
            _machine("M06"),
        ),
    )
    write_watch(folder, whole if hours is None else whole.known_by(hours))
    return whole


def _machine(
    name: str, *, mode: str = "bearing", rises: int = 999, fails: int | None = None, windows: int = WINDOWS
) -> Machine:
    places = range(windows)
    risk = tuple(_risk(place, rises, fails) for place in places)
    others = [label for label in LABELS[1:] if label != mode]
    shares = tuple(
        tuple(
            1 - value if label == "healthy" else 0.8 * value if label == mode else 0.2 * value / len(others)
            for label in LABELS
        )
        for value in risk
    )
    parts = tuple(int(fails is not None and place > fails) for place in places)
    above = [value >= THRESHOLD for value in risk]
    wave = [0.1 * math.sin(place) for place in places]
    return Machine(
        name=name,
        hours=tuple(48 + STEP * place for place in places),
        risk=risk,
        holds=tuple(
            sum(above[at] and parts[at] == parts[place] for at in range(max(place - 2, 0), place + 1)) >= 2
            for place in places
        ),
        shares=shares,
        parts=parts,
        readings={
            "vibration g": tuple(round(0.3 + 0.1 * wave[place] + 0.3 * risk[place], 3) for place in places),
            "bearing tones g": tuple(round(0.02 + 0.05 * risk[place], 3) for place in places),
            "temperature °C": tuple(None if 20 <= place < 24 else round(42 + 3 * wave[place], 1) for place in places),
            "pressure bar": tuple(round(6 - 0.2 * risk[place], 2) for place in places),
            "harmonics %": tuple(round(2 + wave[place], 1) for place in places),
        },
        features={
            "load": ("normal",) * windows,
            "vibration": tuple(round(1 + risk[place], 1) for place in places),
            "bearing tones": tuple(round(1 + 2.5 * risk[place], 1) for place in places),
            "temperature": tuple(None if 20 <= place < 24 else round(3 * wave[place], 1) for place in places),
        },
        orders=((300, "greased per schedule"), (900, "squeal from DE on start up, greased")),
        failures=() if fails is None else ((48 + STEP * fails + 6, mode),),
    )


def _risk(place: int, rises: int, fails: int | None) -> float:
    if fails is not None and place > fails:
        return 0.05
    grown = 0.05 + 0.1 * max(place - rises, 0)
    return round(min(grown + 0.02 * math.sin(3 * place), 0.97), 4)
