"""Tune as a spec says, evaluate what came out, and print the numbers as JSON."""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    """Do what standard input names: "tune" (a spec), "test" (data)."""
    asked = json.load(sys.stdin)
    print(json.dumps(measured(asked["tune"], asked["test"])))


def measured(tune: dict[str, Any], test: dict[str, Any]) -> dict[str, float]:
    """Return accuracy and macro-F1, and how long training took: its steps alone, and all of it."""
    import kit
    from kit.spec import load_spec

    spec: Any = load_spec(tune)
    data: Any = load_spec(test)
    seconds = _clock()
    started = time.perf_counter()
    tuned = kit.tune(spec)
    all_s = time.perf_counter() - started
    method = {"bfloat16": "bf16", "float32": "fp32"}[tuned.facts["precision"]]
    adapter = str(_run_folder() / tuned.artifacts["adapter"])
    found = kit.evaluate(
        kit.EvaluateSpec(variant=kit.Variant(model=adapter, method=method), data=data, measures=("accuracy",))
    )
    return {
        "acc": found.metrics["acc"],
        "macro_f1": found.metrics["macro_f1"],
        "training_s": round(sum(seconds), 1),
        "minutes": round(all_s / 60, 2),
        "steps": tuned.metrics["steps"],
        "peak_mib": round(tuned.metrics["peak_memory_mib"], 1),
    }


def _run_folder() -> Any:
    """Return the folder of the newest tuning."""
    from kit.place import runs_folder

    return max(runs_folder().glob("*tune*"), key=lambda folder: folder.stat().st_mtime)


def _clock() -> list[float]:
    """Let the learner write down how long each step takes, and return where."""
    from kit.tuning.learner import Learner

    learn, seconds = Learner.learn, []

    def timed(self: Any, rows: Any, step: int) -> float:
        started = time.perf_counter()
        loss: float = learn(self, rows, step)
        seconds.append(time.perf_counter() - started)
        return loss

    Learner.learn = timed  # type: ignore[method-assign]
    return seconds


if __name__ == "__main__":
    main()
