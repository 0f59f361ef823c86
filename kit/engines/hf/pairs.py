"""From questions and answers as text to token ids, together, since a word can begin in one and end in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.engines.hf.prompt import encode, encode_answers, encode_labels, plain_ids, start_of_text, without_middle
from kit.engines.hf.tree import Ids, windows
from kit.engines.protocol import Prompt


@dataclass(frozen=True)
class Question:
    """What is read at once: `prompt` and its `answers`; `parts` says which answer of which row each belongs to."""

    prompt: Ids
    answers: Sequence[Ids]
    parts: list[tuple[int, int]]


def encode_questions(
    tokenizer: Any, prompts: Sequence[Prompt], answers: Sequence[Sequence[str]], *, context: int | None
) -> list[Question]:
    """Return what has to be read to score each answer of each prompt.

    Parameters
    ----------
    tokenizer : transformers tokenizer
    prompts : sequence of Prompt
        Plain text is encoded together with its answers, blanks at its end counted to them, as lm-evaluation-harness
        does; an empty one means the beginning of text. Messages end with a mark of the chat template, so their answers
        are encoded alone, as in training.
    answers : sequence of sequences of str
        For each prompt.
    context : int or None
        Tokens that the model can read at once. Of a longer plain prompt its end is read, of longer messages their two
        ends, and an answer that is longer itself is read in windows.
    """
    plain = [row for row, prompt in enumerate(prompts) if isinstance(prompt, str)]
    coded = dict(zip(plain, _encode_plain(tokenizer, [(prompts[row], answers[row]) for row in plain]), strict=True))
    alone: dict[tuple[str, ...], Sequence[Ids]] = {}
    ids: Ids
    choices: Sequence[Ids]
    found: list[Question] = []
    for row, (prompt, texts) in enumerate(zip(prompts, answers, strict=True)):
        if row in coded:
            ids, choices = coded[row]
        else:
            key = tuple(texts)
            ids, choices = encode(tokenizer, prompt), alone.get(key) or encode_labels(tokenizer, texts)
            alone[key] = choices
        found += _fitted(row, ids, choices, context, cut_end=row in coded)
    return found


def _encode_plain(tokenizer: Any, pairs: Sequence[tuple[Any, Sequence[str]]]) -> list[tuple[Ids, list[Ids]]]:
    """Return the token ids of plain prompts and their answers, with one call of the tokenizer for all of them."""
    contexts = [prompt.rstrip() for prompt, _ in pairs]
    wholes = [
        prompt + text if start else text
        for (prompt, texts), start in zip(pairs, contexts, strict=True)
        for text in texts
    ]
    started = [start for start in contexts if start]
    with_start = [bool(start) for (_, texts), start in zip(pairs, contexts, strict=True) for _ in texts]
    heads = iter(plain_ids(tokenizer, started))
    opened = iter(plain_ids(tokenizer, [text for text, has in zip(wholes, with_start, strict=True) if has]))
    alone = [text for text, has in zip(wholes, with_start, strict=True) if not has]
    free = iter(plain_ids(tokenizer, alone, special=False))
    found: list[tuple[Ids, list[Ids]]] = []
    for (_, texts), start in zip(pairs, contexts, strict=True):
        if start:
            head = next(heads)
            # An answer that goes up into the last word of its question has no token of its own: it is encoded alone.
            rest = [next(opened)[len(head) :] for _ in texts]
            found.append(
                (head, [ids or encode_answers(tokenizer, [text])[0] for ids, text in zip(rest, texts, strict=True)])
            )
        else:
            found.append(([start_of_text(tokenizer)], [next(free) for _ in texts]))
    return found


def _fitted(row: int, prompt: Ids, answers: Sequence[Ids], context: int | None, *, cut_end: bool) -> list[Question]:
    """Return the question as it fits into the context, and one more for each further window of a long answer.

    Where its end only fits, each length of answer leaves room for another part of it, as in lm-evaluation-harness.
    """
    first, more = [], []
    for number, ids in enumerate(answers):
        parts = windows(prompt[-1], ids, context) if context and len(ids) > context else [(list(prompt), list(ids))]
        first.append(parts[0][1])
        more += [Question(before, [tokens], [(row, number)]) for before, tokens in parts[1:]]
    room = None if context is None else max(context - max(map(len, first), default=1) + 1, 1)
    numbers = [(row, number) for number in range(len(first))]
    if context is None or room is None or len(prompt) <= room:
        return [Question(prompt, first, numbers), *more]
    if not cut_end:
        return [Question(without_middle(list(prompt), room), first, numbers), *more]
    fitted = []
    for length in sorted(set(map(len, first))):
        parts_of = [part for part in numbers if len(first[part[1]]) == length]
        end = prompt[-max(context - length + 1, 1) :]
        fitted.append(Question(end, [first[number] for _row, number in parts_of], parts_of))
    return [*fitted, *more]
