"""From rows to what a model is asked: prompts, what may follow them, and which of that is right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from kit.data import Dataset
from kit.data.prompt import prompt_of
from kit.data.row import Row
from kit.engines import Prompt
from kit.measure import plain
from kit.measure.shots import draw_shots
from kit.measure.spec import EvaluateSpec


@dataclass(frozen=True, kw_only=True)
class Examples:
    """What is asked of a model, row by row.

    Parameters
    ----------
    prompts : tuple of Prompt
        Chat messages, or plain text; "" where text is read on its own.
    continuations : tuple of tuple of str
        What may follow each prompt: labels, choices, or the text to be read; empty where an answer is written.
    gold : tuple of int
        The position of the right continuation, 0 where there is no choice.
    shots : tuple of Row
        The solved examples that stand before each question.
    stops : tuple of str
        What ends a written answer, beside its own end.
    """

    prompts: tuple[Prompt, ...]
    continuations: tuple[tuple[str, ...], ...]
    gold: tuple[int, ...]
    shots: tuple[Row, ...] = ()
    stops: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.prompts)

    @property
    def mark(self) -> str:
        """Eight hex digits that tell which solved examples there are, "" without any.

        What was measured with others does not count again.
        """
        if not self.shots:
            return ""
        text = json.dumps([row.content() for row in self.shots])
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def examples_for(spec: EvaluateSpec, data: Dataset) -> Examples:
    """Return what `spec` asks about the rows of `data`.

    Raises
    ------
    DataError
        There are too few rows to draw solved examples from.
    """
    if data.task == "continue":
        texts = tuple((text,) for text in data.texts)
        return Examples(prompts=("",) * len(data), continuations=texts, gold=(0,) * len(data))
    shots = draw_shots(spec.shots, spec.shots_data, data)
    ask = _chat if spec.chat else _text
    continued = {label: label if spec.chat else plain.continuation(label) for label in data.labels}
    return Examples(
        prompts=tuple(ask(data, shots, row) for row in data.items),
        continuations=tuple(_options(row, continued, chat=spec.chat) for row in data.items),
        gold=tuple(_gold(row, data.labels) for row in data.items),
        shots=shots,
        stops=() if spec.chat else plain.STOPS,
    )


def _chat(data: Dataset, shots: Sequence[Row], row: Row) -> Prompt:
    """Return messages: each example is a turn of its own, asked in the words that the row is asked in."""
    turns = []
    for shot in shots:
        turns += prompt_of(data.instruction, shot)
        turns.append({"role": "assistant", "content": shot.answer})
    return turns + prompt_of(data.instruction, row)


def _text(data: Dataset, shots: Sequence[Row], row: Row) -> Prompt:
    solved = [(plain.question(data.task, shot.text, shot.context), shot.answer) for shot in shots]
    return plain.whole(data.instruction, solved, plain.question(data.task, row.text, row.context))


def _options(row: Row, labels: dict[str, str], *, chat: bool) -> tuple[str, ...]:
    if labels:
        return tuple(labels.values())
    return row.choices if chat else tuple(map(plain.continuation, row.choices))


def _gold(row: Row, labels: Sequence[str]) -> int:
    return labels.index(row.answer) if labels else row.right
