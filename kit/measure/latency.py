"""How long answers take, one request after another.

One sample counts one request. Time to the first token includes reading the prompt; time per output token leaves the
first token out (vLLM's definition of TPOT): (end - first token) / (tokens - 1).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from kit.engines import Engine, Prompt
from kit.result import Measurement

WARM_UP = 2  # requests that are not counted


def measure_latency(
    engine: Engine,
    prompts: Sequence[Prompt],
    *,
    requests: int,
    new_tokens: int,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Measurement]:
    """Return ``ttft_s``, ``tpot_s``, ``e2el_s``, ``prefill_tokens_per_s`` and ``decode_tokens_per_s``.

    Parameters
    ----------
    prompts
        Used in turn.
    requests : int
        How many are counted, after `WARM_UP` that are not.
    new_tokens : int
        Written in each, at least 2; the end of the answer is ignored, so that every request does the same work.
    """
    samples: dict[str, list[float]] = {"ttft_s": [], "tpot_s": [], "e2el_s": [], "prefill_tokens_per_s": []}
    for i in range(-WARM_UP, requests):
        prompt = prompts[i % len(prompts)]
        read = engine.count_tokens(prompt)
        first, end, count = _time_one(engine, prompt, new_tokens)
        if i >= 0:
            samples["ttft_s"].append(first)
            samples["tpot_s"].append((end - first) / max(count - 1, 1))
            samples["e2el_s"].append(end)
            samples["prefill_tokens_per_s"].append(read / first)
        if on_progress:
            on_progress(max(i + 1, 0))
    decode = [1 / tpot for tpot in samples["tpot_s"]]
    one = f"one request alone, prompt from the data, {new_tokens} new tokens"
    return {
        "ttft_s": Measurement("ttft_s", "s", tuple(samples["ttft_s"]), one),
        "tpot_s": Measurement("tpot_s", "s", tuple(samples["tpot_s"]), f"{one}, the first left out"),
        "e2el_s": Measurement("e2el_s", "s", tuple(samples["e2el_s"]), one),
        "prefill_tokens_per_s": Measurement(
            "prefill_tokens_per_s", "tokens/s", tuple(samples["prefill_tokens_per_s"]), "derived: prompt tokens / ttft"
        ),
        "decode_tokens_per_s": Measurement("decode_tokens_per_s", "tokens/s", tuple(decode), "derived: 1 / tpot"),
    }


def _time_one(engine: Engine, prompt: Prompt, new_tokens: int) -> tuple[float, float, int]:
    start = time.perf_counter()
    first, count = 0.0, 0
    for _token in engine.generate(prompt, max_new_tokens=new_tokens, ignore_end=True):
        count += 1
        if count == 1:
            first = time.perf_counter() - start
    return first, time.perf_counter() - start, count
