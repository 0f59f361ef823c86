"""Eight variants with lm-eval and optimum-benchmark, one after the other, beside our sweep of the same eight."""

from __future__ import annotations

import sys
import time
from typing import Any

import kit
from benchmarks.peers import NoPeer, python_of
from benchmarks.sweep.agreement import run_tool
from benchmarks.sweep.setup import Setup

EIGHT = ("fp32", "bf16", "fp16", "bnb-int8", "bnb-nf4", "bnb-fp4", "bnb-nf4-double", "torchao-int8")
_PROMPT_TOKENS = 64


def measured(setup: Setup) -> dict[str, Any]:
    """Return how many times as long the peers take, and what each took for every variant."""
    methods = EIGHT[:2] if setup.options.quick else EIGHT
    try:
        python = python_of("optimum-benchmark", setup.options.peer_env)
    except NoPeer as exc:
        return {"wall_speedup": None, "wall": {"missing": str(exc)}}
    task = kit.export_task(setup.labelled(), setup.folder / "tasks", name="rows")
    theirs: dict[str, float] = {}
    ours = _sweep(setup, methods)
    print(f"our sweep: {ours:.1f} s", flush=True)
    for method in methods:
        started = time.perf_counter()
        asked = {"model": str(setup.model), "method": method}
        run_tool("lm_eval_variant", {**asked, "tasks": [str(task)]}, sys.executable)
        timed = {"prompt_tokens": _PROMPT_TOKENS, "new_tokens": 32, "requests": setup.options.requests}
        run_tool("optimum_variant", {**asked, **timed}, python)
        theirs[method] = round(time.perf_counter() - started, 1)
        print(f"{method}: {theirs[method]} s", flush=True)
    again = _sweep(setup, methods, "again")  # before and after theirs, so that a slow hour does not choose the winner
    mean = (ours + again) / 2
    spread = [round(sum(theirs.values()) / each, 2) for each in (max(ours, again), min(ours, again))]
    return {
        "wall_speedup": round(sum(theirs.values()) / mean, 2),
        "wall": {"ours_s": [round(ours, 1), round(again, 1)], "theirs_s": theirs, "spread": spread},
    }


def _sweep(setup: Setup, methods: tuple[str, ...], name: str = "first") -> float:
    spec = kit.SweepSpec(
        model=setup.options.model,
        data=setup.labelled(),
        methods=methods,
        measures=("accuracy", "latency", "memory"),
        requests=setup.options.requests,
        give_up=0.0,
    )
    started = time.perf_counter()
    setup.carried_out(f"wall-{name}", spec)
    return time.perf_counter() - started
