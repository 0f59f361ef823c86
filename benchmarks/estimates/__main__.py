"""How far predictions of memory and speed are off on this machine.

``python -m benchmarks.estimates --json`` makes models of random weights of 0.1 to 1.5 billion parameters, predicts what
each setting takes, measures it in a process of its own, and prints one JSON object as its last line:

- ``median_err_static``: of ``|predicted / measured - 1|`` for the bytes of weights and of the KV cache;
- ``median_err_peak``: the same for peak memory of loading and of answering;
- ``median_err_train``: for the peak memory of training;
- ``worst_err``: the worst of all these;
- ``median_speed_factor``: of the greater of predicted / measured and measured / predicted, for reading and writing.

Nothing that earlier measurements taught is used. The machine's speed is measured anew before every setting that is
timed, since others may use the machine. ``--quick`` takes four settings.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.estimates.settings import ANSWERING, QUICK, TRAINING, Answering, Training
from benchmarks.folder import made
from kit.machine.speed import measure_speed
from kit.memory import MIB
from kit.models import ModelCard, card_of, estimate, estimate_tuning, expected_speed
from kit.models.estimates.cache import kv_cache_bytes
from kit.warm import worker_environment

_WRITTEN = 24  # tokens of each answer


def main() -> None:
    """Run the benchmark."""
    options = parse()
    settings = QUICK if options.quick else (*ANSWERING, *TRAINING)
    with tempfile.TemporaryDirectory(prefix="tunebook-estimates-", dir=options.folder) as place:
        rows = [row(setting, Path(place) / setting.shape) for setting in settings]
    print(json.dumps(summary(rows)))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Predicted against measured memory and speed.")
    parser.add_argument(
        "--folder", type=made, help="where the models are written for a while: 10 GB (the system's own place)"
    )
    parser.add_argument("--quick", action="store_true", help="four settings")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    return parser.parse_args()


def row(setting: Answering | Training, folder: Path) -> dict[str, Any]:
    """Return predicted and measured of one setting, and print them."""
    if not folder.exists():  # written in a process of its own: what it leaves in memory must not be measured
        subprocess.run([sys.executable, "-m", "benchmarks.estimates.shapes", setting.shape, str(folder)], check=True)
    kind = "answering" if isinstance(setting, Answering) else "training"
    speed = measure_speed() if isinstance(setting, Answering) else None
    measured = in_process(kind, {**dataclasses.asdict(setting), "folder": str(folder)})
    card = card_of(str(folder))
    predicted = answering(setting, card, speed) if isinstance(setting, Answering) else training(setting, card)
    found = {
        **{name: value for name, value in dataclasses.asdict(setting).items() if name != "targets"},
        "kind": kind,
        "predicted": {name: round(value, 1) for name, value in predicted.items()},
        "measured": {name: round(measured[name], 1) for name in predicted},
        "speed": None if speed is None else speed.to_dict(),
    }
    print(json.dumps(found), flush=True)
    return found


def answering(setting: Answering, card: ModelCard, speed: Any) -> dict[str, float]:
    """Return what is predicted of one setting, by the names of what is measured."""
    context = setting.prompt + _WRITTEN
    told = estimate(card, setting.method, context=context, batch=setting.batch)
    fast = expected_speed(
        card, setting.method, speed, prompt=setting.prompt, batch=setting.batch, context=context, learned=False
    )
    bits = 32 if setting.method == "fp32" else 16
    return {
        "weights_mib": told.weights_bytes / MIB,
        "kv_mib": kv_cache_bytes(card, context - 1, bits=bits, batch=setting.batch) / MIB,  # the last is not read
        "loading_mib": (told.loading_bytes + told.mapped_bytes) / MIB,
        "peak_mib": told.total_bytes / MIB,
        "prefill_tokens_per_s": fast.prefill_tokens_per_s,
        "decode_tokens_per_s": fast.decode_tokens_per_s,
    }


def training(setting: Training, card: ModelCard) -> dict[str, float]:
    """Return what is predicted of one setting, by the names of what is measured."""
    told = estimate_tuning(
        card,
        setting.how,
        precision=setting.precision,
        rank=setting.rank,
        targets=setting.targets,
        tokens=setting.batch * setting.tokens,
        answers=setting.batch * setting.answers,
        checkpointing=setting.checkpointing,
    )
    return {"peak_mib": told.total_bytes / MIB, "trained": told.trained}


def in_process(kind: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Measure one setting in a process of its own, set up as those that work are."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.estimates.{kind}"],
        input=json.dumps(asked),
        env={**os.environ, **worker_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{asked} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the last line says."""

    def errors(kind: str, *names: str) -> list[float]:
        chosen = [each for each in rows if each["kind"] == kind]
        return [abs(each["predicted"][n] / each["measured"][n] - 1) for each in chosen for n in names]

    static, peak = errors("answering", "weights_mib", "kv_mib"), errors("answering", "loading_mib", "peak_mib")
    train = errors("training", "peak_mib")
    ratios = [
        max(each["predicted"][name] / each["measured"][name], each["measured"][name] / each["predicted"][name])
        for each in rows
        if each["kind"] == "answering"
        for name in ("prefill_tokens_per_s", "decode_tokens_per_s")
    ]
    return {
        "settings": len(rows),
        "median_err_static": round(statistics.median(static), 4),
        "median_err_peak": round(statistics.median(peak), 4),
        "median_err_train": round(statistics.median(train), 4),
        "worst_err": round(max(static + peak + train), 4),
        "median_speed_factor": round(statistics.median(ratios), 3),
        "worst_speed_factor": round(max(ratios), 3),
        "rows": rows,
    }


if __name__ == "__main__":
    main()
