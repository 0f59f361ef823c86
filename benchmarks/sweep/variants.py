"""Every method that runs here, measured by our sweep: on labelled rows, and on plain text."""

from __future__ import annotations

from typing import Any

import kit
from benchmarks.sweep.setup import Setup
from kit.quantization import methods
from kit.quantization.lacks import lacks_of

_KEPT = (
    "acc",
    "acc_stderr",
    "perplexity",
    "kld_mean",
    "same_top_p",
    "ttft_s",
    "tpot_s",
    "decode_tokens_per_s",
    "max_ram_mib",
    "file_size_mib",
    "bits_per_weight",
)
_QUICK = ("fp32", "bf16", "gguf-q8_0")


def ready(setup: Setup) -> list[str]:
    """Return the methods that are measured: those named, or all that run here, full precision first."""
    if setup.options.methods:
        return list(setup.options.methods)
    if setup.options.quick:
        return list(_QUICK)
    return [name for name in methods() if not lacks_of(name)]


def measured(setup: Setup) -> dict[str, Any]:
    """Sweep twice, over labelled rows and over plain text, and return a row for each method."""
    names = ready(setup)
    rows = _sweep(setup, "rows", names, setup.labelled(), ("accuracy", "latency", "memory"))
    text = _sweep(setup, "text", names, setup.plain(), ("perplexity", "reference"))
    found = []
    for name in names:
        row: dict[str, Any] = {"method": name, "engine": methods()[name].engine}
        for part in (rows[name], text[name]):
            row |= {key: round(part.metrics[key], 5) for key in _KEPT if key in part.metrics}
            if part.error:
                row["error"] = part.error.get("message", "")
        found.append(row)
    return {"variants": found}


def _sweep(
    setup: Setup, name: str, names: list[str], data: kit.DataSpec, measures: tuple[str, ...]
) -> dict[str, kit.Result]:
    spec = kit.SweepSpec(
        model=setup.options.model,
        data=data,
        methods=tuple(names),
        calibration=setup.calibration(),
        measures=measures,
        requests=setup.options.requests,
        give_up=0.0,
    )
    result = setup.carried_out(name, spec)
    return dict(zip(names, result.parts, strict=True))
