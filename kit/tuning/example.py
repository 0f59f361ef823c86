"""From rows to what a training step reads: token ids of question and answer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kit.data import Dataset
from kit.engines.hf.prompt import encode, encode_answers, end_of_answer


@dataclass(frozen=True)
class Example:
    """One row: token ids of the question, and of the answer with its end."""

    question: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.question) + len(self.answer)


def encode_examples(tokenizer: Any, data: Dataset, max_length: int) -> list[Example]:
    """Return an example for each row; a question too long for `max_length` loses its middle."""
    end = end_of_answer(tokenizer)
    coded = dict(zip(data.labels, encode_answers(tokenizer, data.labels), strict=True))
    examples = []
    for prompt, label in zip(data.prompts(), data.answers, strict=True):
        answer = (*coded[label], end)
        room = max(max_length - len(answer), 1)
        examples.append(Example(tuple(encode(tokenizer, prompt, max_length=room)), answer))
    return examples


def batches(examples: Sequence[Example], *, size: int, seed: int, window: int = 8) -> Iterator[list[int]]:
    """Yield row numbers in batches of `size`, for ever, in an order that `seed` fixes.

    Each epoch is shuffled; within a stretch of `window` batches rows of similar length stand together (less padding),
    and the batches of the stretch are shuffled again. The last batch of an epoch may be smaller.
    """
    order = random.Random(seed)
    rows = list(range(len(examples)))
    while True:
        order.shuffle(rows)
        for start in range(0, len(rows), size * window):
            stretch = sorted(rows[start : start + size * window], key=lambda i: len(examples[i]))
            cut = [stretch[i : i + size] for i in range(0, len(stretch), size)]
            order.shuffle(cut)
            yield from cut
