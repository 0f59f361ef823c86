"""How fast answers are scored, beside lm-evaluation-harness on the same work.

``python -m benchmarks.scoring --json`` prints one JSON object as its last line. Both score the same requests with the
same weights, in the same process, in turns; times are of the requests alone, turning text into tokens included.

- ``speedup_shared_prefix``: rows of one classification task behind an instruction of about 150 tokens;
  ``speedup_multiple_choice``: questions with four choices and no instruction. Each the median over rounds of the peer's
  time over ours, the peer at the quickest of several batch sizes, both in bf16 where the predictions agree with those
  of the peer in fp32 on 99 % of the rows, else both in fp32; ``…_spread`` the least and the greatest.
- ``…_against_default``: against the peer as it comes, in the precision of the file (fp32 here).
- ``agreement``: the smallest share of rows on which our predictions are the peer's in fp32.
- ``share_of_floor``: the time that the arithmetic alone takes (two operations a weight for each token that cannot be
  left out) at the rate of large matrix products measured here, over our time.

``--rows`` of each task, ``--rounds``, ``--model``, ``--data``; ``--quick`` takes few of each.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from benchmarks.data import find
from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.pairs import encode_questions
from kit.engines.hf.prefix import shared_length
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.prepare import ready_folder
from kit.report import Report

DTYPES = {"fp32": "float32", "bf16": "bfloat16"}
BATCHES = (8, 16, 32, 64)  # that the peer may choose from
TRIED = 24  # rows on which it chooses
INSTRUCTION = (
    "You help the risk desk of a bank to read the news as it comes in. Below is one headline from the business pages. "
    "Decide how a careful investor who already holds shares of the company named in it would take it. Answer positive "
    "when it tells of growth, a profit, a new contract, a better rating, a rising price or anything else that "
    "makes the shares worth more. Answer negative when it tells of a loss, a fine, a recall, a worse rating, a falling "
    "price, a strike or anything else that makes them worth less. Answer neutral when it only reports a fact, a date, "
    "an appointment or a meeting, or when good and bad news balance. Look at the company itself and not at its rivals, "
    "do not guess what is not written, and answer with one word: positive, negative or neutral."
)


@dataclass
class Task:
    """Requests that both sides score: prompts, the answers to each, and which rows a round takes."""

    name: str
    prompts: list[str]
    answers: list[list[str]]
    times: dict[str, list[float]] = field(default_factory=dict)
    chosen: dict[str, list[int]] = field(default_factory=dict)
    batch: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Run the benchmark."""
    options = parse()
    tasks = [shared_prefix(options), multiple_choice(options)]
    folder, _ = ready_folder(options.model, Report(Path()))
    tokenizer = load_tokenizer(folder)
    models = {name: load_model(folder, dtype=getattr(torch, dtype)) for name, dtype in DTYPES.items()}
    for task in tasks:
        measure(task, models, tokenizer, options.rounds)
    print(json.dumps(report(tasks, models["bf16"], tokenizer, options)))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Scoring beside lm-evaluation-harness.")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--data", help="folder of the datasets")
    parser.add_argument("--rows", type=int, default=128, help="of each task (128)")
    parser.add_argument("--rounds", type=int, default=3, help="of both sides in turn (3)")
    parser.add_argument("--quick", action="store_true", help="few rows, one round")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.rounds = 48, 1
    return options


def read(name: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the first rows of a dataset."""
    with find(name, options.data).open(encoding="utf-8") as file:
        return [json.loads(line) for line, _ in zip(file, range(options.rows), strict=False)]


def shared_prefix(options: argparse.Namespace) -> Task:
    """Return headlines behind one instruction, with three labels of one token."""
    rows = read("finance/sentfin_test.jsonl", options)
    prompts = [f"{INSTRUCTION}\n\nHeadline: {row['text']}\nAnswer:" for row in rows]
    return Task("shared_prefix", prompts, [[" positive", " negative", " neutral"]] * len(rows))


def multiple_choice(options: argparse.Namespace) -> Task:
    """Return questions of grade-school science, each with its own choices."""
    rows = read("general/arc_easy_test.jsonl", options)
    prompts = [f"Question: {row['question']}\nAnswer:" for row in rows]
    return Task("multiple_choice", prompts, [[f" {choice}" for choice in row["choices"]] for row in rows])


def measure(task: Task, models: dict[str, Any], tokenizer: Any, rounds: int) -> None:
    """Let both sides do `task`, in turns."""
    sides: dict[str, Callable[[], list[list[float]]]] = {}
    for name, model in models.items():
        task.batch[name] = quickest_batch(task, model, tokenizer)
        sides[f"peer-{name}"] = lambda m=model, n=name: peer(m, tokenizer, task, task.batch[n])
        sides[f"ours-{name}"] = lambda m=model: ours(m, tokenizer, task)
    for turn in range(rounds):
        for side in list(sides) if turn % 2 == 0 else list(sides)[::-1]:
            if turn and side == "peer-fp32":
                continue  # slow, and by far the slowest: once shows it
            started = time.perf_counter()
            table = sides[side]()
            task.times.setdefault(side, []).append(time.perf_counter() - started)
            task.chosen[side] = [max(range(len(row)), key=row.__getitem__) for row in table]
            print(f"{task.name} {side}: {len(table) / task.times[side][-1]:.1f} rows/s", flush=True)


def quickest_batch(task: Task, model: Any, tokenizer: Any) -> int:
    """Return the batch size at which the peer is quickest on the first rows."""
    few = Task(task.name, task.prompts[:TRIED], task.answers[:TRIED])
    peer(model, tokenizer, Task(task.name, few.prompts[:8], few.answers[:8]), 8)  # warm-up
    seconds = {}
    for size in BATCHES:
        started = time.perf_counter()
        peer(model, tokenizer, few, size)
        seconds[size] = time.perf_counter() - started
    return min(seconds, key=seconds.__getitem__)


def peer(model: Any, tokenizer: Any, task: Task, batch: int) -> list[list[float]]:
    """Score `task` with lm-evaluation-harness's own Transformers model."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    harness = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=batch)
    asked = [
        Instance("loglikelihood", {}, (prompt, answer), number)
        for prompt, answers in zip(task.prompts, task.answers, strict=True)
        for number, answer in enumerate(answers)
    ]
    found = iter(harness.loglikelihood(asked, disable_tqdm=True))
    return [[next(found)[0] for _ in answers] for answers in task.answers]


def ours(model: Any, tokenizer: Any, task: Task) -> list[list[float]]:
    """Score `task` with Tunebook's engine."""
    engine = TransformersEngine(model, tokenizer)
    return [[score.logprob for score in row] for row in engine.score(task.prompts, task.answers)]


def report(tasks: Sequence[Task], model: Any, tokenizer: Any, options: argparse.Namespace) -> dict[str, Any]:
    """Return what was found."""
    found: dict[str, Any] = {}
    agreements = []
    rate = matmul_rate(model.dtype)
    for task in tasks:
        dtype = "bf16" if agreement(task, "bf16") >= 0.99 else "fp32"
        agreements.append(agreement(task, dtype))
        for suffix, against in (("", dtype), ("_against_default", "fp32")):
            pairs = zip(task.times[f"peer-{against}"], task.times[f"ours-{dtype}"], strict=False)
            ratios = [theirs / mine for theirs, mine in pairs]
            found[f"speedup_{task.name}{suffix}"] = round(statistics.median(ratios), 2)
            found[f"speedup_{task.name}{suffix}_spread"] = [round(min(ratios), 2), round(max(ratios), 2)]
        seconds = statistics.median(task.times["ours-bf16"])
        found[f"share_of_floor_{task.name}"] = round(operations(task, model, tokenizer) / rate / seconds, 3)
        found[f"dtype_{task.name}"] = dtype
        found[f"peer_batch_{task.name}"] = task.batch[dtype]
        found[f"rows_per_s_{task.name}"] = round(len(task.prompts) / statistics.median(task.times[f"ours-{dtype}"]), 1)
    found["agreement"] = round(min(agreements), 4)
    found["share_of_floor"] = found["share_of_floor_shared_prefix"]
    found["matmul_gflop_per_s"] = round(rate / 1e9, 1)
    return found | {"rows": options.rows, "rounds": options.rounds, "model": options.model}


def agreement(task: Task, dtype: str) -> float:
    """Return on which share of rows our predictions are the peer's in fp32."""
    pairs = zip(task.chosen["peer-fp32"], task.chosen[f"ours-{dtype}"], strict=True)
    return statistics.mean(a == b for a, b in pairs)


def operations(task: Task, model: Any, tokenizer: Any) -> float:
    """Return the multiplications and additions that `task` cannot do without.

    Two for each weight of a linear layer and token read (what all prompts begin with once, a prompt once for all its
    answers), and for each weight of the output layer and place that is looked at; attention is left out.
    """
    questions = encode_questions(tokenizer, task.prompts, task.answers, context=None)
    shared = shared_length([question.prompt for question in questions])
    read = shared + sum(len(q.prompt) - shared + sum(len(ids) - 1 for ids in q.answers) for q in questions)
    looked = sum(1 + sum(len(ids) - 1 for ids in q.answers) for q in questions)
    head = model.get_output_embeddings()
    layers = [m.weight.numel() for m in model.modules() if isinstance(m, torch.nn.Linear) and m is not head]
    return float(2 * sum(layers) * read + 2 * head.weight.numel() * looked)


def matmul_rate(dtype: torch.dtype) -> float:
    """Return operations a second of a large matrix product, the best of several."""
    a, b = (torch.randn(2048, 2048).to(dtype) for _ in range(2))
    best = float("inf")
    for _ in range(8):
        started = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - started)
    return 2 * 2048**3 / best


if __name__ == "__main__":
    main()
