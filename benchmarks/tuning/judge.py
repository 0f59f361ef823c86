"""How many test rows a tuned model gets right: the adapters of all tools, judged by one program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.tuning.material import Material
from benchmarks.tuning.racer import environment
from benchmarks.tuning.setup import Setup
from kit.data import Dataset, DataSpec, open_data
from kit.spec import load_spec


def accuracies(setup: Setup, rows: Material, adapters: dict[str, str]) -> dict[str, float]:
    """Return the accuracy on the test rows of the model with each adapter, in a process of its own."""
    assert rows.test is not None
    test = rows.test.replace(limit=setup.options.accuracy_rows)
    asked = {"model": str(setup.model), "data": test.to_dict(), "adapters": adapters}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.tuning.judge"],
        input=json.dumps(asked),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"the adapters could not be judged:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    for name, accuracy in found.items():
        print(f"{rows.source} {name}: accuracy {accuracy:.3f} on the test rows", flush=True)
    return found


def judged(model: str, data: Dataset, adapters: dict[str, str]) -> dict[str, float]:
    """Return the share of rows whose right label is the most probable, for each adapter."""
    import torch
    from peft import PeftModel

    from kit.engines.hf.load import load_model
    from kit.engines.hf.tokenizer import load_tokenizer

    tokenizer = load_tokenizer(Path(model))
    found = {}
    for name, adapter in adapters.items():
        tuned: Any = PeftModel.from_pretrained(load_model(Path(model), dtype=torch.bfloat16), adapter)
        found[name] = round(_accuracy(tuned.eval(), tokenizer, data), 4)
    return found


def _accuracy(model: Any, tokenizer: Any, data: Dataset) -> float:
    import torch

    from kit.engines.hf.prompt import encode, encode_answers, end_of_answer
    from kit.engines.hf.score import score_answers

    questions = [encode(tokenizer, prompt) for prompt in data.prompts()]
    labels = [[*ids, end_of_answer(tokenizer)] for ids in encode_answers(tokenizer, data.labels)]
    with torch.inference_mode():
        table = score_answers(model, questions, [labels] * len(questions), batch_size=32)
    right = 0
    for row, answer in zip(table, data.answers, strict=True):
        right += data.labels[max(range(len(row)), key=lambda i: row[i].logprob)] == answer
    return right / len(questions)


def main() -> None:
    """Judge what standard input names."""
    asked = json.load(sys.stdin)
    data = load_spec(asked["data"])
    assert isinstance(data, DataSpec)
    print(json.dumps(judged(asked["model"], open_data(data), asked["adapters"])))


if __name__ == "__main__":
    main()
