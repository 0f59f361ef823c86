"""Results of evaluations that nobody made: made-up rows with what was scored in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kit.measure.record import Record, prompt_hash, write_records
from kit.result import Measurement, Result


def scored(
    folder: Path,
    scores: Mapping[str, Sequence[float]],
    *,
    asked: Sequence[str] | None = None,
    gold: Sequence[str] | None = None,
    answers: Sequence[str] | None = None,
    logprobs: Sequence[Sequence[float]] | None = None,
    slices: Sequence[Mapping[str, str]] | None = None,
    labels: Sequence[str] = (),
    seconds: float | None = None,
    method: str = "fp32",
    data: str = "h",
    task: str = "",
) -> Result:
    """Return a result in `folder`, the run of which has a record of each row."""
    n = len(next(iter(scores.values())))
    asked = asked or [f"question {i}" for i in range(n)]
    records = [
        Record(
            row=i,
            hash=prompt_hash(asked[i], labels),
            gold=gold[i] if gold else "",
            answer=answers[i] if answers else "",
            scores={name: float(values[i]) for name, values in scores.items()},
            logprobs=tuple(logprobs[i]) if logprobs else (),
            slices=dict(slices[i]) if slices else {},
            text=asked[i],
        )
        for i in range(n)
    ]
    name = f"rows-{task}" if task else "rows"
    (folder / "artifacts").mkdir(parents=True, exist_ok=True)
    write_records(folder / "artifacts" / f"{name}-{method}.jsonl", records)
    facts: dict[str, Any] = {"method": method, "model": "org/tiny", "labels": list(labels)}
    if "acc" in scores and not task:
        facts["right"] = [int(x) for x in scores["acc"]]
    times = {} if seconds is None else {"e2el_s": Measurement("e2el_s", "s", (seconds,))}
    return Result(
        spec={"variant": {"model": "org/tiny", "method": method}},
        artifacts={name: f"artifacts/{name}-{method}.jsonl"},
        facts=facts,
        measurements=times,
        provenance={"data_hash": data},
        folder=folder,
    )
