"""Are our numbers those of lm-evaluation-harness, row by row?

``python -m benchmarks.parity --json`` puts the same questions to the same model twice: by `EvaluateSpec`, on our
engine, and by lm-eval's own model class (HFLM), which runs the YAML file that ``kit.export_task`` has written. It
prints one JSON object as its last line: ``{"tasks": {NAME: {…}}}`` with, for each task,

- ``max_loglik_diff``: the largest difference between two log-likelihoods of the same answer to the same row, in nats.
  In 32 bits lm-eval's softmax over a vocabulary of 49,152 is off by 7 millionths of a nat a token, always to the same
  side, which adds up in a text of 150 tokens; so whole texts are compared with its softmax in 64 bits (its own option
  ``softmax_dtype``), and ``max_loglik_diff_32_bits`` is the difference without;
- ``acc``, ``acc_stderr`` and ``acc_lm_eval``, ``acc_stderr_lm_eval`` (null where plain text is read), ``acc_norm`` too;
- ``ppl_rel_diff``: the difference of the perplexities as a share: word perplexity where text is read, else that of the
  right answers;
- ``rows`` and ``answers``: how many were compared.

The tasks: SEntFiN with a solved example, failure modes of work orders (19 labels), MedMCQA and ARC-Easy (choices of
their own) and WikiText-2 (plain text); see `benchmarks.data` for where their rows lie. ``--task FILE.yaml`` runs any
local task of lm-eval instead, by HFLM and through our adapter; say it again for several. ``--limit`` and ``--quick``
take other numbers of rows.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # all that is read lies here
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # threads that wait let others work; read when torch is loaded
os.environ.setdefault("GOMP_SPINCOUNT", "3000")

import kit
from benchmarks.data import find
from kit.engines.prepare import ready_folder
from kit.measure.record import Record
from kit.report import Report
from kit.result import Result
from kit.spec import carry_out

LIMITS = {"sentfin": 100, "fmc": 20, "medmcqa": 60, "arc_easy": 80, "wikitext": 50}
QUICK = 12
FMC_LABELS = 19  # of which each has a row
TASK_LIMIT = 100  # rows of a task that --task names


def main() -> None:
    """Run the benchmark."""
    options = parse()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="tunebook-parity-") as place:
        folder = Path(place)
        model = str(ready_folder(options.model, Report(folder))[0])
        compared = given(options, model, folder) if options.task else usual(options, model, folder)
    for name, values in compared.items():
        print(name, json.dumps(values))
    report = {"tasks": compared, "model": options.model, "seconds": round(time.perf_counter() - began, 1)}
    print(json.dumps(report))


def parse() -> argparse.Namespace:
    """Read the command line."""
    rows = ", ".join(f"{name} {limit}" for name, limit in LIMITS.items())
    parser = argparse.ArgumentParser(description="Our numbers beside those of lm-evaluation-harness.")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--data", help="the folder of all data sets")
    parser.add_argument(
        "--task", action="append", help="a YAML file of lm-eval, instead of the usual tasks; repeatable"
    )
    parser.add_argument("--limit", type=int, help=f"rows of each task ({rows}; {TASK_LIMIT} with --task)")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} rows of each task")
    parser.add_argument("--batch-size", type=int, default=16, help="rows at a time, for both (16)")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    return parser.parse_args()


def usual(options: argparse.Namespace, model: str, folder: Path) -> dict[str, Any]:
    """Compare the tasks of this benchmark."""
    specs = {name: spec_of(name, options, model) for name in LIMITS}
    files = []
    for name, spec in specs.items():
        files.append(
            kit.export_task(spec.data, folder / "tasks", name=name, shots=spec.shots, shots_data=spec.shots_data)
        )
    theirs = lm_eval_finds([str(file) for file in files], model, options.batch_size)
    found = {}
    for name, spec in specs.items():
        result = carry_out(spec, Report(folder / name))
        found[name] = beside(name, records_in(folder / name, result, "rows"), result.metrics, theirs)
    return found


def given(options: argparse.Namespace, model: str, folder: Path) -> dict[str, Any]:
    """Compare the tasks that the command line names."""
    from kit.measure.harness.loading import load_tasks

    limit = limit_of(options, TASK_LIMIT)
    tasks = list(load_tasks(options.task)["tasks"].values())
    theirs = lm_eval_finds(tasks, model, options.batch_size, limit=limit)
    spec = kit.EvaluateSpec(
        variant=kit.Variant(model=model, method="fp32"),
        tasks=tuple(options.task),
        task_limit=limit,
        batch_size=options.batch_size,
    )
    result = carry_out(spec, Report(folder / "ours"))
    found = {}
    for name in result.facts["tasks"]:
        own = {key.removeprefix(f"{name}/"): value for key, value in result.metrics.items()}
        found[name] = beside(name, records_in(folder / "ours", result, f"rows-{name}"), own, theirs)
    return found


def limit_of(options: argparse.Namespace, usual_limit: int) -> int:
    """Return how many rows of a task are taken."""
    return QUICK if options.quick else options.limit or usual_limit


def spec_of(name: str, options: argparse.Namespace, model: str) -> kit.EvaluateSpec:
    """Return what our side does for one of the usual tasks: everything as plain text, as lm-eval asks."""
    rows: dict[str, Any] = {
        "sentfin": {"source": "finance/sentfin_test.jsonl"},
        "fmc": {"source": "manufacturing/fmc_test.jsonl", "instruction": "Name the failure mode."},
        "medmcqa": {"source": "medical/medmcqa_test.jsonl", "task": "choose", "text": "question", "label": "answer"},
        "arc_easy": {"source": "general/arc_easy_test.jsonl", "task": "choose", "text": "question", "label": "answer"},
        "wikitext": {"source": "general/wikitext2_valid.jsonl", "task": "continue"},
    }[name]
    limit = max(limit_of(options, LIMITS[name]), FMC_LABELS if name == "fmc" else 3)
    data = kit.DataSpec(**{**rows, "source": str(find(rows["source"], options.data))}, limit=limit)
    solved = find("finance/sentfin_train.jsonl", options.data) if name == "sentfin" else None
    return kit.EvaluateSpec(
        variant=kit.Variant(model=model, method="fp32"),
        data=data,
        measures=("perplexity",) if name == "wikitext" else ("accuracy",),
        chat=False,
        shots=0 if solved is None else 1,
        shots_data=None if solved is None else kit.DataSpec(source=str(solved)),
        batch_size=options.batch_size,
    )


def lm_eval_finds(tasks: Sequence[Any], model: str, batch_size: int, *, limit: int | None = None) -> dict[str, Any]:
    """Return what lm-eval finds with its own model class on the CPU, in 32 bits.

    Tasks that read whole texts are done once more with the softmax in 64 bits; what that finds is under "exact".
    """
    import torch
    from lm_eval import evaluate, simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    lm = HFLM(model, device="cpu", dtype="float32", batch_size=batch_size)
    manager = TaskManager(include_defaults=False)
    draws = 1000  # for the standard errors that have no formula, as our side takes
    found = simple_evaluate(model=lm, tasks=list(tasks), task_manager=manager, bootstrap_iters=draws, limit=limit)
    assert found is not None
    reading = [task for task in tasks if found["configs"][name_of(task)]["output_type"] == "loglikelihood_rolling"]
    if not reading:
        return dict(found)
    lm.softmax_dtype = torch.float64
    exact = evaluate(lm=lm, task_dict=manager.load(reading), bootstrap_iters=0, limit=limit)
    assert exact is not None
    return {**found, "exact": exact["samples"]}


def name_of(task: Any) -> str:
    """Return the name of a task: of a file that was written here, or of what a file says."""
    return Path(task).stem if isinstance(task, str) else str(task.task_name)


def records_in(folder: Path, result: Result, name: str) -> list[Record]:
    """Return what was asked and answered row by row."""
    lines = (folder / result.artifacts[name]).read_text(encoding="utf-8").splitlines()
    return [Record.from_dict(json.loads(line)) for line in lines]


def beside(name: str, records: Sequence[Record], ours: dict[str, float], theirs: dict[str, Any]) -> dict[str, Any]:
    """Return one task's numbers of both sides."""
    samples = in_order(theirs["samples"][name])
    expected = {key.partition(",")[0]: value for key, value in theirs["results"][name].items() if "," in key}
    if isinstance(samples[0]["filtered_resps"][0], str):
        same = sum(
            record.answer == sample["filtered_resps"][0] for record, sample in zip(records, samples, strict=True)
        )
        compared: dict[str, Any] = {"max_loglik_diff": None, "ppl_rel_diff": None, "same_answers": same / len(records)}
    else:
        compared = differences(records, samples, ours, expected)
    if name in theirs.get("exact", {}):
        exact = differences(records, in_order(theirs["exact"][name]), ours, expected)
        compared |= {
            "max_loglik_diff": exact["max_loglik_diff"],
            "max_loglik_diff_32_bits": compared["max_loglik_diff"],
        }
    for metric in ("acc", "acc_stderr", "acc_norm", "acc_norm_stderr", "exact_match", "exact_match_stderr"):
        if metric in ours or metric in ("acc", "acc_stderr"):
            compared |= {metric: ours.get(metric), f"{metric}_lm_eval": expected.get(metric)}
    return {**compared, "rows": len(records)}


def in_order(samples: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what lm-eval tells of each row, by its first filter."""
    rows = sorted(samples, key=lambda each: int(each["doc_id"]))
    return [each for each in rows if each["filter"] == rows[0]["filter"]]


def differences(
    records: Sequence[Record], samples: Sequence[dict[str, Any]], ours: dict[str, float], theirs: dict[str, Any]
) -> dict[str, Any]:
    """Return how far log-likelihoods and perplexities are apart."""
    given = [record.logprobs for record in records]
    wanted = [[each[0] if isinstance(each, tuple | list) else each for each in s["filtered_resps"]] for s in samples]
    apart = [abs(a - b) for row, other in zip(given, wanted, strict=True) for a, b in zip(row, other, strict=True)]
    if "word_perplexity" in theirs:
        ratio = ours["word_perplexity"] / theirs["word_perplexity"]
    else:
        right = [s["target"] if isinstance(s["target"], int) else 0 for s in samples]
        nats = [math.fsum(row[i] for row, i in zip(side, right, strict=True)) for side in (given, wanted)]
        ratio = math.exp((nats[1] - nats[0]) / len(records))
    return {"max_loglik_diff": max(apart), "ppl_rel_diff": abs(ratio - 1), "answers": len(apart)}


if __name__ == "__main__":
    main()
