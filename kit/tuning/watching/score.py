"""How well a model expects the answers of rows, row by row, and which label or choice it takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kit.data import Dataset
from kit.engines.hf.prompt import encode_answers, end_of_answer
from kit.engines.hf.score import score_answers
from kit.tuning.adapters.prompt import begun
from kit.tuning.example import Example

_BATCH = 16


@dataclass(frozen=True)
class Scores:
    """What was found row by row; of plain text, piece by piece.

    Parameters
    ----------
    losses : tuple of float
        The sum over the tokens of each answer, in nats.
    tokens : tuple of int
        How many tokens each answer has.
    chosen : tuple of int, default ()
        The position of the label or choice that each row is given, where there are any.
    right : tuple of int, default ()
        That of the right one.
    """

    losses: tuple[float, ...]
    tokens: tuple[int, ...]
    chosen: tuple[int, ...] = ()
    right: tuple[int, ...] = ()

    @property
    def loss(self) -> float:
        """The loss of an answer token, on average."""
        return math.fsum(self.losses) / sum(self.tokens)

    @property
    def misses(self) -> tuple[float, ...]:
        """How wrong each row is: 0 or 1 where there are labels or choices, otherwise its loss."""
        if not self.chosen:
            return self.losses
        rows = zip(self.losses, self.chosen, self.right, strict=True)
        return tuple(loss if math.isnan(loss) else float(a != b) for loss, a, b in rows)

    @property
    def accuracy(self) -> float | None:
        """The share of rows with the right label or choice; None where there are none."""
        if not self.chosen:
            return None
        return sum(a == b for a, b in zip(self.chosen, self.right, strict=True)) / len(self.chosen)


def score_rows(
    model: Any,
    tokenizer: Any,
    data: Dataset,
    examples: Sequence[Example],
    *,
    on_progress: Callable[[int], None] | None = None,
) -> Scores:
    """Return how well `model` expects the answers of `examples`, which are the rows of `data` (or pieces of them).

    The tokens are those of training: the answer and its end. Labels and choices are compared as they are learnt, with
    their end.
    """
    was_training = model.training
    model.eval()
    options, right = _options(tokenizer, data, examples)
    questions = [list(example.question) for example in begun(model, examples)]
    table = score_answers(model, questions, options, batch_size=_BATCH, on_progress=on_progress)
    model.train(was_training)
    losses = tuple(-row[i].logprob for row, i in zip(table, right, strict=True))
    tokens = tuple(len(row[i]) for row, i in zip(options, right, strict=True))
    if data.task not in ("classify", "choose"):
        return Scores(losses, tokens)
    chosen = tuple(max(range(len(row)), key=lambda i: row[i].logprob) for row in table)
    return Scores(losses, tokens, chosen, tuple(right))


def _options(
    tokenizer: Any, data: Dataset, examples: Sequence[Example]
) -> tuple[list[list[tuple[int, ...]]], list[int]]:
    """Return what each row may be answered with, and the position of what is right."""
    end = end_of_answer(tokenizer)
    if data.task == "classify":
        labels = [(*ids, end) for ids in encode_answers(tokenizer, data.labels)]
        return [labels] * len(data), [data.labels.index(answer) for answer in data.answers]
    if data.task == "choose":
        each = [[(*ids, end) for ids in encode_answers(tokenizer, row.choices)] for row in data.items]
        return each, [row.right for row in data.items]
    return [[example.answer] for example in examples], [0] * len(examples)
