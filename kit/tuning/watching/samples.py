"""A few validation rows that are answered at each evaluation, so that a person sees what the model has learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.data import Dataset
from kit.data.spec import WRITTEN
from kit.engines.hf.generate import generate
from kit.engines.hf.prompt import end_of_answer
from kit.tuning.adapters.prompt import begun
from kit.tuning.example import Example

_MOST_TOKENS = 48  # of an answer: a glance, not a measure
_BEGINNING = 32  # tokens of a plain text that are read, before the model goes on


@dataclass(frozen=True)
class Sample:
    """One row to be answered.

    Parameters
    ----------
    row : int
        Its place among the examples.
    text, gold : str
        What is asked, and the right answer, as a person reads them.
    prompt : tuple of int
        What the model reads; empty where its label or choice is shown.
    """

    row: int
    text: str
    gold: str
    prompt: tuple[int, ...] = ()


def choose_samples(tokenizer: Any, data: Dataset, examples: Sequence[Example], count: int) -> list[Sample]:
    """Return `count` samples, spread evenly over the rows: the same each time."""
    count = min(count, len(examples))
    places = [len(examples) * i // count for i in range(count)]
    return [_sample(tokenizer, data, examples[place], place) for place in places]


def _sample(tokenizer: Any, data: Dataset, example: Example, place: int) -> Sample:
    if data.task == "continue":
        read = example.answer[: min(_BEGINNING, len(example.answer) // 2)]
        rest = example.answer[len(read) :][:_MOST_TOKENS]
        return Sample(place, tokenizer.decode(read), tokenizer.decode(rest), (*example.question, *read))
    row = data.items[place]
    text = "\n\n".join(part for part in (row.context, row.text) if part)
    return Sample(place, text, row.answer, example.question if data.task in WRITTEN else ())


def answer_samples(model: Any, tokenizer: Any, samples: Sequence[Sample], given: Sequence[str]) -> tuple[str, ...]:
    """Return the answer to each sample: the label or choice in `given`, by row, or what the model writes (greedy)."""
    was_training = model.training
    model.eval()
    ends = (end_of_answer(tokenizer), tokenizer.eos_token_id)
    answers = []
    for sample in samples:
        if not sample.prompt:
            answers.append(given[sample.row])
            continue
        (read,) = begun(model, [Example(sample.prompt, ())])
        tokens = generate(model, tokenizer, read.question, max_new_tokens=_MOST_TOKENS, ends=ends)
        answers.append("".join(token.text for token in tokens).strip())
    model.train(was_training)
    return tuple(answers)
