"""Rows as the model will see them: the rendered prompt, the answer that is learnt, and what would be cut off.

The token ids are those of training (`kit.tuning.example`): both render with the same functions, and a test compares
them. Without a model the texts are shown as they are, and their tokens are a guess from words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kit.data.bundled import DATASETS
from kit.data.dataset import Dataset
from kit.data.prompt import default_instruction
from kit.data.row import Row
from kit.data.spec import WRITTEN, DataSpec
from kit.gate.tokens import counter
from kit.report import Report

Kind = Literal["template", "question", "answer", "cut"]
_LEAST_SHARE = 4  # of the longest row, what is left of a question whose answer is long: a quarter


@dataclass(frozen=True)
class Piece:
    """Some of a row's text: what the chat template adds, what is read, what is learnt, or what is cut off."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class ModelRow:
    """One row as the model sees it.

    Parameters
    ----------
    pieces : tuple of Piece
        In reading order; together they are all of it, what is cut off included.
    tokens : int
        That are read and learnt.
    question_cut, answer_cut : int
        Tokens that are lost from the middle of the question and from the end of the answer.
    question, answer : tuple of int
        Token ids, empty without a model.
    exact : bool
        Counted by the model's own tokenizer, rather than guessed from words?
    """

    pieces: tuple[Piece, ...]
    tokens: int
    question_cut: int = 0
    answer_cut: int = 0
    question: tuple[int, ...] = ()
    answer: tuple[int, ...] = ()
    exact: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, without the ids."""
        named = ("tokens", "question_cut", "answer_cut", "exact")
        return {"pieces": [[p.kind, p.text] for p in self.pieces], **{name: getattr(self, name) for name in named}}


def data_around(spec: DataSpec, rows: Sequence[Row], answers: Iterable[str] | None = None) -> Dataset:
    """Return a dataset of some rows, with the labels and the instruction that all rows of the source give.

    Parameters
    ----------
    spec : DataSpec
        Where they are from.
    rows : sequence of Row
        Those to be shown.
    answers : iterable of str, optional
        The answers of all rows; left out, those of `rows`.
    """
    labels: tuple[str, ...] = ()
    if spec.task == "classify":
        labels = spec.labels or tuple(sorted(set([row.answer for row in rows] if answers is None else answers)))
    bundled = DATASETS.get(spec.source) if spec.task == "classify" else None
    if bundled and not spec.labels:
        labels = bundled.labels
    instruction = spec.instruction or (bundled.instruction if bundled else default_instruction(labels))
    return Dataset(items=tuple(rows), labels=labels, instruction=instruction, origin=spec)


def previews(data: Dataset, *, model: str = "", max_length: int = 1024, report: Report | None = None) -> list[ModelRow]:
    """Return each row of `data` as a model will see it.

    Parameters
    ----------
    data : Dataset
        A few rows.
    model : str, default ""
        Whose tokenizer and chat template count; left out, words do.
    max_length : int, tokens, default 1024
        What is longer is cut off, as training does it.
    report : Report, optional
        Told where the model has to be fetched first.

    Raises
    ------
    ModelNotFoundError
        The model is not here.
    """
    if not model:
        return _plain(data)
    from kit.engines.hf.tokenizer import load_tokenizer
    from kit.engines.prepare import ready_base
    from kit.place import cache

    tokenizer = load_tokenizer(ready_base(model, report or Report(cache())).path)
    return by_tokenizer(tokenizer, data, max_length)


def by_tokenizer(tokenizer: Any, data: Dataset, max_length: int) -> list[ModelRow]:
    """Return each row of `data` as the model of `tokenizer` will see it."""
    from kit.engines.hf.prompt import encode, encode_answers, end_of_answer

    if data.task == "continue":
        return [_text(tokenizer, text) for text in data.texts]
    end = end_of_answer(tokenizer)
    answers = encode_answers(tokenizer, data.answers)
    return [
        _asked(tokenizer, encode(tokenizer, prompt), [*ids, end], data.task, max_length)
        for prompt, ids in zip(data.prompts(), answers, strict=True)
    ]


def _asked(tokenizer: Any, asked: list[int], answer: list[int], task: str, max_length: int) -> ModelRow:
    """Return one question with its answer, cut as `kit.tuning.example.encode_rows` cuts."""
    from kit.engines.hf.prompt import without_middle

    whole = task in WRITTEN  # labels and choices are never cut: they are compared with others
    least = max_length // _LEAST_SHARE if whole else 1
    question = without_middle(asked, max(max_length - len(answer), least))
    kept = answer[: max_length - len(question)] if whole else answer
    pieces = _question_pieces(tokenizer, asked, len(question))
    pieces.append(Piece("answer", tokenizer.decode(kept)))
    if len(kept) < len(answer):
        pieces.append(Piece("cut", tokenizer.decode(answer[len(kept) :])))
    return ModelRow(
        tuple(piece for piece in pieces if piece.text),
        len(question) + len(kept),
        len(asked) - len(question),
        len(answer) - len(kept),
        tuple(question),
        tuple(kept),
        exact=True,
    )


def _question_pieces(tokenizer: Any, asked: list[int], kept: int) -> list[Piece]:
    if kept == len(asked):
        return _told_apart(tokenizer, asked)
    head = kept // 2
    tail = len(asked) - (kept - head)
    middle = Piece("cut", tokenizer.decode(asked[head:tail]))
    return [*_told_apart(tokenizer, asked[:head]), middle, *_told_apart(tokenizer, asked[tail:])]


def _told_apart(tokenizer: Any, ids: list[int]) -> list[Piece]:
    """Return the text of some ids, with the signs of the chat template told apart from what a row says."""
    text = tokenizer.decode(ids)
    added = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special]
    known = sorted({*tokenizer.all_special_tokens, *added}, key=len, reverse=True)
    signs = "|".join(re.escape(sign) for sign in known if sign)
    if not signs:
        return [Piece("question", text)]
    parts = re.split(f"((?:{signs}))", text)
    return [Piece("template" if place % 2 else "question", part) for place, part in enumerate(parts) if part]


def _text(tokenizer: Any, text: str) -> ModelRow:
    """Return plain text: all of it is learnt, in as many pieces as it takes."""
    from kit.engines.hf.prompt import plain_ids

    (ids,) = plain_ids(tokenizer, [text], special=False)
    return ModelRow((Piece("answer", text),), len(ids), answer=tuple(ids), exact=True)


def _plain(data: Dataset) -> list[ModelRow]:
    count, _tokenizer = counter("", Report(Path()))
    found = []
    if data.task == "continue":
        return [ModelRow((Piece("answer", text),), count([text])[0]) for text in data.texts]
    for prompt, answer in zip(data.prompts(), data.answers, strict=True):
        asked = "\n\n".join(message["content"] for message in prompt)
        pieces = (Piece("question", asked + "\n"), Piece("answer", answer))
        found.append(ModelRow(pieces, sum(count([asked, answer]))))
    return found
