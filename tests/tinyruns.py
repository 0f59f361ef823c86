"""Finished sweeps, evaluations and tunings with records of their rows, left in moments: nothing is measured."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from typing import Any

from kit.data.spec import DataSpec
from kit.engines.spec import Variant
from kit.experiments.spec import SweepSpec
from kit.jobs import Run
from kit.jobs.events import EventWriter
from kit.jobs.start import create_run
from kit.jobs.summary import write_summary
from kit.measure.record import Record, write_records
from kit.measure.spec import EvaluateSpec
from kit.plots.beside import against_first
from kit.report import Event
from kit.result import Measurement, Result
from kit.tuning.spec import TuneSpec

LABELS = ("hold", "pay")
ROWS = 60
DATA = DataSpec(source="alerts.jsonl")


def records(wrong: Sequence[int], *, rows: int = ROWS, asked: str = "a") -> list[Record]:
    """Return what a variant answered that got the rows at the places `wrong` wrong."""
    draw, found = random.Random(len(wrong)), []
    for i in range(rows):
        gold, right = LABELS[i % 2], i not in wrong
        answer = gold if right else LABELS[1 - i % 2]
        logprobs = tuple(-0.1 - draw.random() / 4 if label == answer else -2.0 - draw.random() for label in LABELS)
        channel = ("card", "wire", "login")[i % 3]
        found.append(
            Record(
                row=i,
                hash=f"{asked}{i}",
                gold=gold,
                answer=answer,
                scores={"acc": float(right)},
                logprobs=logprobs,
                slices={"label": gold, "channel": channel},
                text=f"{channel} payment {i} <to> a new payee",
            )
        )
    return found


def row(run: Run, method: str, wrong: Sequence[int], *, seconds: float, memory: float, rows: str = "h") -> Result:
    """Return the result of one variant, its records written to the folder of `run`."""
    found = records(wrong, asked=rows)
    path = run.folder / "artifacts" / f"rows-{method}.jsonl"
    write_records(path, found)
    right = [int(record.scores["acc"]) for record in found]
    acc = sum(right) / len(right)
    return Result(
        spec=EvaluateSpec(variant=Variant(model="m", method=method), data=DATA).to_dict(),
        metrics={
            "acc": acc,
            "acc_stderr": (acc * (1 - acc) / (ROWS - 1)) ** 0.5,
            "perplexity": 20 - 10 * acc,
            "max_ram_mib": memory,
            "file_size_mib": memory / 3,
        },
        measurements={
            "e2el_s": Measurement("e2el_s", "s", (seconds * 0.95, seconds, seconds * 1.05)),
            "ttft_s": Measurement("ttft_s", "s", (seconds / 4,) * 3),
        },
        artifacts={"rows": str(path.relative_to(run.folder))},
        facts={"method": method, "model": "m", "rows": ROWS, "labels": list(LABELS), "right": right},
        provenance={"data_hash": rows, "machine": {"cores": 2, "memory_mib": 8000, "gpus": []}, "python": "3.11"},
    )


def sweep(*, age_s: float = 60, rows: str = "h") -> Run:
    """Leave a sweep over three methods: the second is faster and no worse, the third smaller and worse."""
    run = create_run(SweepSpec(model="m", data=DATA, methods=("fp32", "bf16", "bnb-nf4")))
    made = [
        row(run, "fp32", range(6), seconds=0.4, memory=1600, rows=rows),
        row(run, "bf16", range(1, 7), seconds=0.2, memory=800, rows=rows),
        row(run, "bnb-nf4", range(0, 40, 2), seconds=0.3, memory=400, rows=rows),
    ]
    parts = against_first(made)
    said = [{"kind": "record", "name": "variant", "data": part.to_dict()} for part in parts]
    figures = [
        {"kind": "metric", "name": f"{p.facts['method']}/acc", "value": p.metrics["acc"], "step": 1} for p in parts
    ]
    whole = Result(spec=run.spec.to_dict(), parts=tuple(parts), provenance=parts[0].provenance)
    return _leave(run, whole, [*said, *figures], age_s)


def evaluation(method: str = "fp16", wrong: Sequence[int] = range(3), *, age_s: float = 120, rows: str = "h") -> Run:
    """Leave an evaluation of one variant."""
    run = create_run(EvaluateSpec(variant=Variant(model="m", method=method), data=DATA))
    made = row(run, method, wrong, seconds=0.25, memory=900, rows=rows)
    return _leave(run, made, [{"kind": "metric", "name": "acc", "value": made.metrics["acc"], "step": 1}], age_s)


def tuning(*, age_s: float = 180) -> Run:
    """Leave a tuning."""
    run = create_run(TuneSpec(model="m", data=DATA))
    metrics = {"validation_accuracy": 0.9, "validation_loss": 0.3, "steps": 30.0}
    origin = {"data_hash": "t", "validation_hash": "v"}
    whole = Result(spec=run.spec.to_dict(), metrics=metrics, facts={"rows": 200}, provenance=origin)
    return _leave(run, whole, [], age_s)


def _leave(run: Run, result: Result, events: list[dict[str, Any]], age_s: float) -> Run:
    begin = time.time() - age_s
    (run.folder / "about.json").write_text(json.dumps({"created": begin, "cwd": ".", "origin": "p"}), encoding="utf-8")
    (run.folder / "result.json").write_text(result.to_json(), encoding="utf-8")
    writer = EventWriter(run.folder / "events.jsonl")
    states: list[Event] = [{"kind": "state", "state": "running"}, *events, {"kind": "state", "state": "finished"}]
    for place, event in enumerate(states):
        writer.write({"t": begin + place, **event})
    writer.close()
    write_summary(run.folder)
    return Run(run.folder)
