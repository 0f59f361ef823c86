"""Validation during training: which rows are held back for it, and what is found on them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from kit.data import Dataset, DataSpec, open_data
from kit.tuning.watching.score import Scores

MOST_ROWS = 120  # enough to see a curve (standard error at most 4.6 points); the final word is an evaluation


@dataclass(frozen=True)
class Validation:
    """What one evaluation found.

    Parameters
    ----------
    loss : float
        Of an answer token, on average, in nats.
    accuracy : float, optional
        Share of rows with the right label or choice; None where answers are written or text is continued.
    answers : tuple of str, default ()
        The label or choice given to each row.
    samples : tuple of str, default ()
        The answers to the sample rows.
    general : Scores, optional
        Of the general rows, where there are any.
    misses : tuple of float, default ()
        How wrong each row is: 0 or 1 where there are labels or choices, otherwise its loss in nats.
    """

    loss: float
    accuracy: float | None = None
    answers: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    general: Scores | None = None
    misses: tuple[float, ...] = ()

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Validation:
        """Make it from what `dataclasses.asdict` returned, lists in place of tuples."""
        general = values.get("general")
        tuples = {name: tuple(values.get(name, ())) for name in ("answers", "samples", "misses")}
        scores = None if general is None else Scores(**{name: tuple(each) for name, each in general.items()})
        return cls(values["loss"], values["accuracy"], general=scores, **tuples)


def training_and_validation(data: DataSpec, validation: DataSpec | None, seed: int) -> tuple[Dataset, Dataset]:
    """Return the rows to train on and at most `MOST_ROWS` to validate with, which share labels and instruction."""
    train = open_data(data)
    if validation is None:
        train, held = train.split(0.1, seed=seed)
    else:
        same = {"instruction": validation.instruction or train.instruction, "labels": train.labels}
        held = open_data(validation if data.task == "continue" else validation.replace(**same))
    return train, held.take(at_most(len(held), seed)) if len(held) > MOST_ROWS else held


def at_most(rows: int, seed: int) -> list[int]:
    """Return the places of `MOST_ROWS` of so many rows, drawn by `seed`, or of all where there are no more."""
    return sorted(random.Random(seed).sample(range(rows), MOST_ROWS)) if rows > MOST_ROWS else list(range(rows))


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
