"""Validation during training: loss and accuracy on held-out rows, in one pass."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kit.data import Dataset, DataSpec, open_data
from kit.engines.hf.prompt import encode_answers, end_of_answer
from kit.engines.hf.score import score_answers
from kit.tuning.example import Example

MOST_ROWS = 120  # enough to see a curve (standard error at most 4.6 points); the final word is an evaluation


@dataclass(frozen=True)
class Validation:
    """What one validation found: mean loss of an answer token, accuracy, and the label given to each row."""

    loss: float
    accuracy: float
    answers: tuple[str, ...]


def training_and_validation(data: DataSpec, validation: DataSpec | None, seed: int) -> tuple[Dataset, Dataset]:
    """Return the rows to train on and at most `MOST_ROWS` to validate with, which share labels and instruction."""
    train = open_data(data)
    if validation is None:
        train, held = train.split(0.1, seed=seed)
    else:
        same = {"instruction": validation.instruction or train.instruction, "labels": train.labels}
        held = open_data(validation.replace(**same))
    if len(held) > MOST_ROWS:
        held = held.take(sorted(random.Random(seed).sample(range(len(held)), MOST_ROWS)))
    return train, held


def validate(
    model: Any,
    tokenizer: Any,
    data: Dataset,
    examples: list[Example],
    *,
    batch_size: int,
    on_progress: Callable[[int], None] | None = None,
) -> Validation:
    """Measure `model` on `data`, whose encoded rows are `examples`.

    The loss counts the same tokens as in training: those of the answer and its end.
    """
    end = end_of_answer(tokenizer)
    labels = [[*ids, end] for ids in encode_answers(tokenizer, data.labels)]
    was_training = model.training
    model.eval()
    questions = [list(example.question) for example in examples]
    answers = [labels] * len(questions)
    table = score_answers(model, questions, answers, batch_size=batch_size, on_progress=on_progress)
    model.train(was_training)
    gold = [data.labels.index(answer) for answer in data.answers]
    tokens = sum(len(labels[i]) for i in gold)
    loss = -sum(table[row][i].logprob for row, i in enumerate(gold)) / tokens
    best = [max(range(len(row)), key=lambda i: row[i].logprob) for row in table]
    accuracy = sum(a == b for a, b in zip(best, gold, strict=True)) / len(gold)
    return Validation(loss, accuracy, tuple(data.labels[i] for i in best))


def telling_answer(data: Dataset, before: Validation, now: Validation) -> dict[str, str]:
    """Return a row that training has put right, or else the first: "text", "gold", "answer" and "before"."""
    rows = zip(data.answers, before.answers, now.answers, strict=True)
    row = next((i for i, (gold, first, answer) in enumerate(rows) if answer == gold != first), 0)
    return {
        "text": data.texts[row],
        "gold": data.answers[row],
        "answer": now.answers[row],
        "before": before.answers[row],
    }
