"""Bits for each layer under a budget, beside the same bits everywhere, on text that nothing was chosen by."""

from __future__ import annotations

from typing import Any

import kit
from benchmarks.sweep.setup import Setup

LOW, HIGH = "gguf-q4_0", "gguf-q8_0"


def measured(setup: Setup) -> dict[str, Any]:
    """Return perplexities, and how far from uniform 4 bits to uniform 8 bits the mixture of the same size comes.

    ``halfway`` is 0 at the perplexity of 4 bits everywhere, 1 at that of 8 bits.
    """
    low, high = _perplexity(setup, LOW), _perplexity(setup, HIGH)
    mixture = f"gguf-mixed-{int(low['file_size_mib'])}mib"
    found = {LOW: low, HIGH: high, mixture: _perplexity(setup, mixture)}
    gap = low["perplexity"] - high["perplexity"]
    way = (low["perplexity"] - found[mixture]["perplexity"]) / gap
    return {"mixed": {**found, "halfway": round(way, 3)}}


def _perplexity(setup: Setup, method: str) -> dict[str, float]:
    variant = kit.Variant(
        model=setup.options.model,
        method=method,
        calibration=setup.general() if method.startswith("gguf-mixed") else None,
    )
    spec = kit.EvaluateSpec(variant=variant, data=setup.plain(), measures=("perplexity", "memory"))
    metrics = setup.carried_out(method, spec).metrics
    return {name: round(metrics[name], 4) for name in ("perplexity", "file_size_mib")}
