"""Decode speed of our local engines beside llama.cpp's own server, same prompt and bits, in turns."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import kit
from benchmarks.sweep.setup import Setup
from benchmarks.sweep.turns import Decoding, in_turns, ratio
from kit.machine import this_machine
from kit.machine.speed import known_speed, measure_speed
from kit.quantization.artefacts import made
from kit.quantization.lacks import lacks_of
from kit.quantization.registry import get_method
from kit.report import Report

OURS = {
    "q4": ("gguf-q4_0", "gguf-q4_k_m", "openvino-int4", "onnx-int4"),
    "q8": ("gguf-q8_0", "openvino-int8", "onnx-int8"),
}
THEIRS = {"q4": "gguf-q4_0", "q8": "gguf-q8_0"}
_PROMPT = "The water pump in hall three began to vibrate on Monday. The shift noted a smell of hot oil and then"


def measured(setup: Setup) -> dict[str, Any]:
    """Return, for 4 and for 8 bits, the quickest of our engines over llama.cpp's server."""
    bandwidth = (known_speed() or measure_speed(report=Report(setup.folder))).bandwidth_gb_s * 1e9
    found = {bits: _raced(setup, bits, bandwidth) for bits in OURS}
    return {
        "decode_vs_llamacpp": {bits: each["best"]["ratio"]["median"] for bits, each in found.items()},
        "decode": found,
    }


def _raced(setup: Setup, bits: str, bandwidth: float) -> dict[str, Any]:
    asked = {"prompt": _PROMPT, "new_tokens": setup.options.new_tokens, "folder": str(setup.folder)}
    ours = {
        name: Decoding(
            "ours_decoding", {**asked, "variant": kit.Variant(model=str(setup.model), method=name).to_dict()}
        )
        for name in OURS[bits]
        if not lacks_of(name)
    }
    gguf = _gguf(setup, THEIRS[bits])
    server = Decoding("server_decoding", {**asked, "gguf": str(gguf), "threads": this_machine().cores})
    try:
        in_turns({**ours, "server": server}, setup.options.rounds)
        best = max(ours, key=lambda name: statistics.median(ours[name].speeds))
        return {
            "best": {"method": best, "ratio": ratio(ours[best], server)},
            "tokens_per_s": {name: round(statistics.median(each.speeds), 1) for name, each in ours.items()},
            "server_tokens_per_s": round(statistics.median(server.speeds), 1),
            "ratios": {name: ratio(each, server) for name, each in ours.items()},
            "share_of_bandwidth": {
                name: round(each.told["weights_bytes"] * statistics.median(each.speeds) / bandwidth, 3)
                for name, each in ours.items()
            },
        }
    finally:
        for each in (*ours.values(), server):
            each.close()


def _gguf(setup: Setup, method: str) -> Path:
    return next(made(setup.model, get_method(method), Report(setup.folder)).glob("*.gguf"))
