"""A larger model of random weights beside the tutorial, on a GPU where there is one."""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from benchmarks.estimates.shapes import SHAPES, write_model
from benchmarks.tuning import material
from benchmarks.tuning.curve import Course, ratios
from benchmarks.tuning.floor import layer_weights, operations
from benchmarks.tuning.material import Files
from benchmarks.tuning.race import Race
from benchmarks.tuning.racer import Racer
from benchmarks.tuning.settings import TOOLS
from benchmarks.tuning.setup import Setup

_ROWS, _WORDS = 1024, (64, 256)
_SIDES = {"tutorial": {}, "tutorial in bf16": {"bf16": True}}


def on_gpu(options: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Let Tunebook and the tutorial train the model of ``--shape``, and return what the last line says."""
    import torch

    options.model = str(write_model(options.shape, place / options.shape))
    setup = Setup.of(options, place)
    files = Files("numbers", _write_rows(place / "numbers.jsonl", SHAPES[options.shape][5], options.seed), None)
    rows = material.labelled(
        files, place / "numbers", setup.tokenizer(), held=16, max_length=options.max_length, seed=options.seed
    )
    racers: dict[str, Racer] = {"ours": setup.ours("ours", rows, options.steps)}
    for name, settings in _SIDES.items():
        folder = name.replace(" ", "-")
        racers[name] = Racer(name, TOOLS["tutorial"], setup.job(folder, rows, options.steps, settings))
    race = Race(racers, lambda text: print(text, flush=True))
    try:
        race.run(steps=options.steps, every=max(options.steps // options.turns, 1), most=options.steps, tolerance=0.0)
    finally:
        race.close()
    cuda = torch.cuda.is_available()
    device = torch.cuda.get_device_name() if cuda else "cpu"
    return {"device": device, "shape": options.shape, **told(race, layer_weights(options.model))}


def told(race: Race, weights: tuple[int, int]) -> dict[str, Any]:
    """Return what was found; the first turn of each warms up and is left out."""
    courses = {name: _warm(course) for name, course in race.courses.items()}
    found: dict[str, Any] = {
        "tokens_per_s": {name: round(c.total("tokens") / c.total("seconds"), 1) for name, c in courses.items()},
        "peak_mib": {name: round(c.peak_mib, 1) for name, c in race.courses.items()},
        "missing": race.failed,
    }
    ours = courses.get("ours")
    if ours is None:
        return found
    others = {name: c for name, c in courses.items() if name != "ours"}
    found |= {"speedup": {}, "spread": {}, "peak_memory_ratio": {}}
    for name, course in others.items():
        found["speedup"][name], found["spread"][name] = ratios(ours.rates, course.rates)
        found["peak_memory_ratio"][name] = round(race.courses["ours"].peak_mib / race.courses[name].peak_mib, 3)
    arithmetic = operations(ours.total("necessary"), ours.total("answers"), weights)
    found["share_of_matmul_rate"] = round(arithmetic / ours.total("seconds") / race.matmul_rate, 3)
    found["matmul_tflop_per_s"] = round(race.matmul_rate / 1e12, 2)
    return found


def _warm(course: Course) -> Course:
    kept = slice(1, None) if len(course.turns) > 1 else slice(None)
    return Course(course.before, course.start_s, course.losses[kept], course.turns[kept])


def _write_rows(file: Path, vocabulary: int, seed: int) -> Path:
    """Write texts of random words that the model of random weights knows: numbers."""
    draw = random.Random(seed)
    with file.open("w", encoding="utf-8") as out:
        for _ in range(_ROWS):
            words = (str(draw.randrange(2, vocabulary)) for _ in range(draw.randint(*_WORDS)))
            out.write(json.dumps({"text": " ".join(words), "label": draw.choice(("7", "8", "9"))}) + "\n")
    return file
