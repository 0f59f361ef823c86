"""What each switch of speed is worth: tokens a second with it on over tokens a second with it off, one at a time."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.tuning.curve import ratios
from benchmarks.tuning.material import Material
from benchmarks.tuning.race import Race
from benchmarks.tuning.racer import Racer
from benchmarks.tuning.setup import Setup

Fields = dict[str, Any]

_TURNS, _STEPS = 4, 4  # the first turn warms up: it compiles, and fills what is kept of frozen layers
_AGAIN = _TURNS * 16  # rows that come again each turn
_FP32 = {"precision": "fp32"}

SWITCHES: dict[str, tuple[Fields, Fields]] = {
    "packing": ({}, {"packing": False}),
    "share_prefix": ({}, {"share_prefix": False}),
    "answer_logits": ({}, {"answer_logits": False}),
    "fused": ({}, {"fused": False}),
    "compile": ({"compile": True}, {}),
    "cache_frozen": ({"first_layer": 0}, {"first_layer": 0, "cache_frozen": False}),  # from the middle layer on
    "precision bf16 over fp32": ({}, _FP32),
    "mixed_precision bf16 over no, on fp32": ({**_FP32, "mixed_precision": "bf16"}, _FP32),
    "gradient_checkpointing": ({"gradient_checkpointing": True}, {"gradient_checkpointing": False}),
    "gradient_accumulation_steps 4 over 1": ({"gradient_accumulation_steps": 4}, {"gradient_accumulation_steps": 1}),
    "attn_implementation auto over eager": ({}, {"attn_implementation": "eager"}),
    "attn_implementation auto over sdpa": ({}, {"attn_implementation": "sdpa"}),
    "attn_implementation auto over flash_attention_2": ({}, {"attn_implementation": "flash_attention_2"}),
}


def switches(setup: Setup) -> dict[str, Any]:
    """Measure the switches that the options name, or all, and return what the last line says."""
    setup.options.held = min(setup.options.held, 16)
    rows = setup.materials()[0]
    wanted = setup.options.switches
    chosen = {name: pair for name, pair in SWITCHES.items() if not wanted or name.split()[0] in wanted}
    return {"switches": {name: _measured(setup, rows, name, *pair) for name, pair in chosen.items()}}


def _measured(setup: Setup, rows: Material, name: str, on: Fields, off: Fields) -> dict[str, Any]:
    """Let Tunebook race against itself."""
    turns = 2 if setup.options.quick else _TURNS
    racers: dict[str, Racer] = {}
    try:
        for side, fields in (("on", on), ("off", off)):
            folder = f"{list(SWITCHES).index(name)}-{side}"
            racers[side] = setup.ours(folder, rows, turns * _STEPS, **{**fields, **_upper(setup, rows, fields)})
        race = Race(racers, lambda text: print(f"{name}, {text}", flush=True))
        race.run(steps=turns * _STEPS, every=_STEPS, most=turns * _STEPS, tolerance=0.0)
    finally:
        for racer in racers.values():
            racer.close()
    if race.failed:
        return {"ratio": None, "failed": next(iter(race.failed.values()))}
    first, second = race.courses["on"], race.courses["off"]
    ratio, spread = ratios(first.rates[1:], second.rates[1:])
    return {
        "ratio": ratio,
        "spread": spread,
        "memory_ratio": round(first.peak_mib / second.peak_mib, 3),
        "first_turn_s": {side: round(race.courses[side].turns[0]["seconds"], 1) for side in racers},
        "loss_difference": round(first.losses[-1] - second.losses[-1], 4),
    }


def _upper(setup: Setup, rows: Material, fields: Fields) -> Fields:
    """Return the middle layer to begin at, and few rows, which come again, where frozen layers are kept."""
    if "first_layer" not in fields:
        return {}
    layers = json.loads((setup.model / "config.json").read_text(encoding="utf-8"))["num_hidden_layers"]
    return {"first_layer": layers // 2, "data": rows.train.replace(limit=_AGAIN)}
