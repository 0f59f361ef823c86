"""Validation during training: loss on held-out rows, and accuracy where there are labels or choices, in one pass."""

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
    """What one validation found.

    Parameters
    ----------
    loss : float
        Of an answer token, on average, in nats.
    accuracy : float, optional
        Share of rows with the right label or choice; None where answers are written or text is continued.
    answers : tuple of str, default ()
        The label or choice given to each row.
    """

    loss: float
    accuracy: float | None = None
    answers: tuple[str, ...] = ()


def training_and_validation(data: DataSpec, validation: DataSpec | None, seed: int) -> tuple[Dataset, Dataset]:
    """Return the rows to train on and at most `MOST_ROWS` to validate with, which share labels and instruction."""
    train = open_data(data)
    if validation is None:
        train, held = train.split(0.1, seed=seed)
    else:
        same = {"instruction": validation.instruction or train.instruction, "labels": train.labels}
        held = open_data(validation if data.task == "continue" else validation.replace(**same))
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
    options = [(example.answer,) for example in examples] if not _has_options(data) else _options(tokenizer, data)
    was_training = model.training
    model.eval()
    questions = [list(example.question) for example in examples]
    table = score_answers(model, questions, options, batch_size=batch_size, on_progress=on_progress)
    model.train(was_training)
    if not _has_options(data):
        return Validation(-sum(row[0].logprob for row in table) / sum(len(row[0]) for row in options))
    gold = [data.labels.index(row.answer) if data.labels else row.right for row in data.items]
    tokens = sum(len(row[i]) for row, i in zip(options, gold, strict=True))
    loss = -sum(row[i].logprob for row, i in zip(table, gold, strict=True)) / tokens
    best = [max(range(len(row)), key=lambda i: row[i].logprob) for row in table]
    accuracy = sum(a == b for a, b in zip(best, gold, strict=True)) / len(gold)
    texts = [(row.choices or data.labels)[i] for row, i in zip(data.items, best, strict=True)]
    return Validation(loss, accuracy, tuple(texts))


def _has_options(data: Dataset) -> bool:
    return data.task in ("classify", "choose")


def _options(tokenizer: Any, data: Dataset) -> list[tuple[tuple[int, ...], ...]]:
    """Return what each row may be answered with, as it is learnt: with the end of the answer."""
    end = end_of_answer(tokenizer)
    if data.labels:
        return [tuple((*ids, end) for ids in encode_answers(tokenizer, data.labels))] * len(data)
    return [tuple((*ids, end) for ids in encode_answers(tokenizer, row.choices)) for row in data.items]


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
