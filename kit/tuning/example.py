"""From rows to what a training step reads: token ids of question and answer."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kit.data import Dataset
from kit.data.spec import WRITTEN
from kit.engines.hf.prompt import encode, encode_answers, end_of_answer, plain_ids, start_of_text, without_middle

if TYPE_CHECKING:
    from kit.tuning.distill.soft import Soft


@dataclass(frozen=True)
class Example:
    """One row, or a piece of plain text.

    Parameters
    ----------
    question : tuple of int
        Token ids that are read.
    answer : tuple of int
        Token ids that are learnt, the end of the answer among them.
    weight : float, default 1
        How much its loss counts beside that of others.
    soft : Soft, optional
        What a teacher expects at the places of the answer.
    """

    question: tuple[int, ...]
    answer: tuple[int, ...]
    weight: float = 1.0
    soft: Soft | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return len(self.question) + len(self.answer)


@dataclass(frozen=True)
class Encoded:
    """Rows as examples, and how many rows were too long.

    Parameters
    ----------
    examples : list of Example
        One for each row; of plain text one for each piece.
    questions_cut, answers_cut : int
        Rows whose question lost its middle, and whose answer lost its end.
    """

    examples: list[Example]
    questions_cut: int = 0
    answers_cut: int = 0


def encode_examples(tokenizer: Any, data: Dataset, max_length: int) -> list[Example]:
    """Return the examples of `encode_rows`."""
    return encode_rows(tokenizer, data, max_length).examples


def encode_rows(tokenizer: Any, data: Dataset, max_length: int) -> Encoded:
    """Return what is learnt of each row: its label, right choice or answer after the question, or the text itself.

    A row too long for `max_length` tokens loses the middle of its question, down to a quarter of `max_length`, and
    then the end of its answer. Labels and choices stay whole, since they are compared with others. Plain text is cut
    into pieces, each read after the token before it, so that every token is learnt once.
    """
    if data.task == "continue":
        return Encoded(_pieces(tokenizer, data.texts, max_length))
    end = end_of_answer(tokenizer)
    different = list(dict.fromkeys(data.answers))
    coded = {text: (*ids, end) for text, ids in zip(different, encode_answers(tokenizer, different), strict=True)}
    examples, questions_cut, answers_cut = [], 0, 0
    for prompt, text in zip(data.prompts(), data.answers, strict=True):
        asked, answer = encode(tokenizer, prompt), coded[text]
        least = max_length // 4 if data.task in WRITTEN else 1
        question = without_middle(asked, max(max_length - len(answer), least))
        kept = answer[: max_length - len(question)] if data.task in WRITTEN else answer
        questions_cut += len(question) < len(asked)
        answers_cut += len(kept) < len(answer)
        examples.append(Example(tuple(question), kept))
    return Encoded(examples, questions_cut, answers_cut)


def weighted(encoded: Encoded, data: Dataset, class_weights: str) -> Encoded:
    """Return the same examples with weights: where they are "balanced", every label counts as much in all.

    A row counts n / (k c): n rows, k labels among them, c rows with its label (King and Zeng 2001, Political Analysis
    9, 137-163, as scikit-learn has it). The mean over all rows is 1.
    """
    if class_weights == "none":
        return encoded
    counts = Counter(data.answers)
    whole = len(data) / len(counts)
    pairs = zip(encoded.examples, data.answers, strict=True)
    return replace(encoded, examples=[replace(example, weight=whole / counts[label]) for example, label in pairs])


def _pieces(tokenizer: Any, texts: Sequence[str], max_length: int) -> list[Example]:
    start = start_of_text(tokenizer)
    pieces = []
    for ids in plain_ids(tokenizer, texts, special=False):
        before = start
        for at in range(0, len(ids), max_length - 1):
            piece = tuple(ids[at : at + max_length - 1])
            pieces.append(Example((before,), piece))
            before = piece[-1]
    return pieces


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
