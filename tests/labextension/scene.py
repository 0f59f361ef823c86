"""What a panel has to show: runs in every state, a model, an adapter. A program of its own, in the server's folders.

It leaves everything, says "ready", and stays until its input is closed: the runs that live are alive as long as it is.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from kit.data.spec import DataSpec
from kit.jobs import Run
from kit.jobs.events import EventWriter
from kit.jobs.process import write_identity
from kit.jobs.start import create_run
from kit.models import GetSpec
from kit.report import Event
from kit.spec import Spec
from kit.tuning.spec import TuneSpec

MODEL = "smollm2-135m-instruct"
LONG = "hub/a-model-with-a-name-of-some-length-instruct"
CAUSE = "Not enough memory: a batch of 512 rows needs 31 GB and 21 GB are free."
FIX = "Take a smaller batch_size."


def leave(spec: Spec, events: list[Event], *, alive: bool = False, age_s: float = 600) -> Run:
    """Leave the folder of a run with `events`, one second apart, the last of them now for a run that lives."""
    run = create_run(spec)
    begin = time.time() - (len(events) if alive else age_s)
    about = json.loads((run.folder / "about.json").read_text(encoding="utf-8"))
    (run.folder / "about.json").write_text(json.dumps({**about, "created": begin}), encoding="utf-8")
    if alive:
        write_identity(run.folder, os.getpid())
    else:
        carry_out_and_die(run)
    writer = EventWriter(run.folder / "events.jsonl")
    for place, event in enumerate(events):
        writer.write({"t": begin + place, **event})
    writer.close()
    (run.folder / "log.txt").write_text("".join(f"step {i} of many\n" for i in range(200)), encoding="utf-8")
    return run


def carry_out_and_die(run: Run) -> None:
    """Let a process carry the run out that is no more."""
    worker = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    write_identity(run.folder, worker.pid)
    worker.kill()
    worker.wait()


def tuning(steps: int, *, state: str = "", **ending: Any) -> list[Event]:
    """Return what a tuning says in `steps` of 120 steps, and how it ended."""
    events: list[Event] = [{"kind": "state", "state": "running"}]
    for step in range(1, steps + 1):
        events.append({"kind": "progress", "phase": "training", "done": step, "total": 120, "unit": "steps"})
        loss = 1.4 * math.exp(-step / 30) + 0.4 + 0.05 * math.sin(step * 1.7)
        events.append({"kind": "metric", "name": "loss", "value": loss, "step": step})
    events.append({"kind": "metric", "name": "validation_accuracy", "value": 0.84, "step": steps})
    if state:
        events.append({"kind": "state", "state": state, **ending})
    return events


def leave_everything() -> None:
    """Leave runs in every state, and models."""
    data = DataSpec(source="finance-alerts")
    long = TuneSpec(model=LONG, data=data)
    spec = TuneSpec(model=MODEL, data=data)
    adapter = leave(spec, tuning(120, state="finished"), age_s=90_000)
    weights = adapter.folder / "artifacts" / "adapter" / "adapter_model.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(bytes(1_800_000))
    (weights.parent / "adapter_config.json").write_text("{}", encoding="utf-8")
    leave(long, tuning(30, state="failed", cause=CAUSE, fix=FIX), age_s=7_200)
    leave(spec, tuning(50, state="stopped"))
    leave(spec, tuning(40), age_s=300)  # nobody carries it out any more: it crashed
    leave(spec, [], alive=True)
    leave(long, tuning(70), alive=True)
    got: Event = {"kind": "progress", "phase": "downloading", "done": 3.1e8, "total": 1.2e9, "unit": "B"}
    leave(GetSpec(name="qwen3-0.6b"), [{"kind": "state", "state": "running"}, got], alive=True)
    leave_model(Path(os.environ["TUNEBOOK_CACHE"]))


def leave_model(cache: Path) -> None:
    """Leave a converted model that takes 92 MB on paper and nothing on the disk."""
    folder = cache / "models" / "SmolLM2-135M-Instruct"
    folder.mkdir(parents=True)
    (folder / ".converted.json").write_text(json.dumps({"from": "SmolLM2.Q4_1.gguf"}), encoding="utf-8")
    with (folder / "model.safetensors").open("wb") as file:
        file.truncate(92_000_000)


if __name__ == "__main__":
    leave_everything()
    print("ready", flush=True)
    sys.stdin.read()
