"""Load one model in one way, read a prompt and write an answer, and print what it took as JSON."""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

_WRITTEN = 24


def main() -> None:
    """Measure the setting that standard input names."""
    asked = json.load(sys.stdin)
    print(json.dumps(_measured(Path(asked["folder"]), asked["method"], asked["batch"], asked["prompt"])))


def _measured(folder: Path, method: str, batch: int, prompt: int) -> dict[str, Any]:
    import torch

    from kit.engines import Variant
    from kit.memory import MIB, PeakMemory
    from kit.quantization.load import load
    from kit.report import ListReport

    with PeakMemory() as loading:
        engine: Any = load(Variant(model=str(folder), method=method), ListReport(folder))
    _run(engine.model, batch, 16, 4)  # warm up: some methods pack their weights when they are first used
    with PeakMemory() as answering:
        cache_bytes, first_s, next_s = _run(engine.model, batch, prompt, _WRITTEN)
    on_gpu = torch.cuda.is_available()
    return {
        "weights_mib": engine.footprint() / MIB,
        "kv_mib": cache_bytes / MIB,
        "loading_mib": loading.peak_mib,
        "peak_mib": torch.cuda.max_memory_reserved() / MIB if on_gpu else answering.peak_mib,
        "prefill_tokens_per_s": batch * prompt / first_s,
        "decode_tokens_per_s": 1 / next_s,
    }


def _run(model: Any, batch: int, prompt: int, written: int) -> tuple[int, float, float]:
    """Return the bytes of the KV cache at the end, the seconds of reading, and the median seconds of a token."""
    import torch
    from transformers.cache_utils import DynamicCache

    cache = DynamicCache(config=model.config)
    step = torch.randint(2, 1000, (batch, prompt), device=model.device)
    times = []
    with torch.inference_mode():
        for _ in range(written):
            started = time.perf_counter()
            out = model(input_ids=step, past_key_values=cache, use_cache=True, logits_to_keep=1)
            step = out.logits[:, -1].argmax(-1, keepdim=True)
            step.sum().item()  # on a GPU, wait for it
            times.append(time.perf_counter() - started)
    held = sum(part.nbytes for layer in cache.layers for part in (layer.keys, layer.values))
    return held, times[0], statistics.median(times[1:])


if __name__ == "__main__":
    main()
