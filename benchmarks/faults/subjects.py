"""What is broken: a tuning, an evaluation and a sweep of a tiny model, and how each comes out when nothing happens."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kit
from benchmarks.faults import progress
from kit.jobs import Run
from kit.report import Event
from kit.spec import Spec

TESTS = Path(__file__).parents[2] / "tests"
Essence = dict[str, Any]


@dataclass
class Subject:
    """One kind of work.

    Parameters
    ----------
    name : str
    spec : Spec
    essence : callable
        Returns of a finished run what must be the same however often it was broken.
    expected : dict
        The essence of a run that nothing happened to.
    events : int
        How long the log of that run was.
    done, begun : callable
        How far the work was, by the events of an attempt that was broken, as far as it must have been kept; and from
        where the next attempt went on.
    """

    name: str
    spec: Spec
    essence: Callable[[Run], Essence]
    expected: Essence
    events: int
    done: Callable[[list[Event]], float]
    begun: Callable[[list[Event]], float]


def make_subjects(place: Path) -> list[Subject]:
    """Make model, rows and specs in `place`, and carry each spec out once, undisturbed."""
    sys.path.append(str(TESTS))
    from tinymodel import SHAPE, save_model, write_rows
    from transformers import LlamaConfig

    model = str(save_model(place / "model", LlamaConfig(**SHAPE)))
    things = ("The price", "The share", "Der Kurs", "The bond", "An account", "The payment")
    texts = [f"{thing} {i} goes {way}" for i in range(12) for thing in things for way in ("up", "down")]
    rows = write_rows(place / "rows.jsonl", texts, [text.split()[-1] for text in texts])
    data = kit.DataSpec(source=str(rows))
    tune = kit.TuneSpec(
        model=model, data=data, steps=24, batch_size=4, micro_batch_size=4, dropout=0.1, rank=4, evaluations=4
    )
    evaluate = kit.EvaluateSpec(
        variant=kit.Variant(model=model, method="fp32"), data=data, batch_size=2, requests=3, new_tokens=4
    )
    sweep = kit.SweepSpec(
        model=model, data=data, methods=("fp32", "bf16"), measures=("accuracy", "perplexity"), batch_size=2
    )
    return [
        _subject("tune", tune, _of_tuning, progress.steps_kept, progress.step_begun),
        _subject("evaluate", evaluate, _of_evaluation, progress.rows_kept, progress.row_begun),
        _subject("sweep", sweep, _of_sweep, progress.variants_kept, progress.variants_left_out),
    ]


def _subject(
    name: str,
    spec: Spec,
    essence: Callable[[Run], Essence],
    done: Callable[[list[Event]], float],
    begun: Callable[[list[Event]], float],
) -> Subject:
    run = kit.start(spec).wait(600)
    return Subject(name, spec, essence, essence(run), sum(1 for _ in run.watch()), done, begun)


def _of_tuning(run: Run) -> Essence:
    from safetensors.numpy import load_file

    adapter = load_file(run.artifact("adapter") / "adapter_model.safetensors")
    return {
        "loss": dict(run.status.curves["loss"]),
        "validation_loss": dict(run.status.curves["validation_loss"]),
        "adapter": {name: float(abs(weight).sum()) for name, weight in adapter.items()},
        "metrics": _repeatable(run.result.metrics),
    }


def _of_evaluation(run: Run) -> Essence:
    rows = run.artifact("rows").read_text(encoding="utf-8").splitlines()
    counts = {name: len(measured.samples) for name, measured in run.result.measurements.items()}
    exact = ("acc", "acc_stderr", "macro_f1", "macro_f1_stderr", "perplexity", "perplexity_stderr")
    metrics = {name: value for name, value in run.result.metrics.items() if name in exact}
    return {"rows": [json.loads(row) for row in rows], "samples": counts, "metrics": metrics}


def _of_sweep(run: Run) -> Essence:
    parts = run.result.parts
    return {
        "methods": [part.facts["method"] for part in parts],
        "states": [part.status for part in parts],
        "right": [part.facts.get("right") for part in parts],
        "metrics": [_repeatable(part.metrics) for part in parts],
        "verdicts": [part.facts.get("verdict", {}).get("difference") for part in parts],
        "said": sorted({record["facts"]["method"] for record in run.status.records["variant"]}),
    }


def _repeatable(metrics: dict[str, float]) -> dict[str, float]:
    """Return what is the same whenever the same is done: not memory, and not time."""
    return {name: value for name, value in metrics.items() if not name.endswith("_mib") and name != "training_s"}
