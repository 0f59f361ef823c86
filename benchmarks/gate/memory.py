"""How much memory a gate takes that reads a file of two gigabytes."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import kit

_WORDS = 300  # in a row
_CHECKS = ("schema", "length", "balance", "exact-duplicates", "near-duplicates", "rules")


def measured(options: Any, folder: Path) -> dict[str, Any]:
    """Return the peak of a run's processes, and how long it took."""
    path = folder / "large.jsonl"
    size = _write(path, options.bytes, options.seed)
    started = time.perf_counter()
    run = kit.start(kit.GateSpec(data=kit.DataSpec(source=str(path)), checks=_CHECKS))
    result = run.wait().result
    seconds = time.perf_counter() - started
    peaks = [event["peak_mib"] for event in run.watch() if event["kind"] == "memory"]
    path.unlink()
    told = {"mib": round(size / 2**20), "rows": int(result.metrics["rows"]), "seconds": round(seconds, 1)}
    return {"peak_mib_2gb": round(max(peaks), 1), "large": told}


def _write(path: Path, size: int, seed: int) -> int:
    """Write rows of random words until the file has `size` bytes; every 50th is one that came before."""
    draw = random.Random(seed)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randrange(3, 10))) for _ in range(20_000)]
    written, kept = 0, ""
    with path.open("w", encoding="utf-8") as file:
        number = 0
        while written < size:
            text = kept if number % 50 == 49 else " ".join(draw.choices(words, k=_WORDS))
            kept = text if number % 50 == 0 else kept
            written += file.write(json.dumps({"text": text, "label": draw.choice("abc")}) + "\n")
            number += 1
    return written
