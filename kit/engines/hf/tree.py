"""A question and all its answers as one row of tokens, read in one pass.

The question is the trunk; of each answer that has more than one token, all but the last follow as a branch. A branch
sees the trunk and itself, not the other branches, and its places count on from the end of the trunk: so each answer
is read exactly as if it stood alone behind its question, and the question is read once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Ids = Sequence[int]


@dataclass(frozen=True)
class Look:
    """Where a token of an answer is expected: after the row's token at `place`."""

    place: int
    token: int
    answer: int


@dataclass(frozen=True)
class Row:
    """Tokens to be read in one pass.

    Parameters
    ----------
    ids : list of int
        The trunk and its branches.
    positions : list of int
        The place of each token in the text that it belongs to.
    branches : list of int
        The branch of each token, 0 for the trunk.
    looks : list of Look
        What is looked up.
    """

    ids: list[int]
    positions: list[int]
    branches: list[int]
    looks: list[Look]


def tree(prompt: Ids, answers: Sequence[tuple[int, Ids]]) -> Row:
    """Return `prompt` as the trunk of a row, with `answers`, each with its number, as branches.

    Parameters
    ----------
    prompt : token ids, at least one
    answers : pairs of a number and token ids, at least one token each
    """
    end = len(prompt) - 1
    row = Row(list(prompt), list(range(len(prompt))), [0] * len(prompt), [])
    for branch, (number, ids) in enumerate(answers, 1):
        row.looks.append(Look(end, ids[0], number))
        for step, (token, wanted) in enumerate(pairwise(ids), 1):
            row.looks.append(Look(len(row.ids), wanted, number))
            row.ids.append(token)
            row.positions.append(end + step)
            row.branches.append(branch)
    return row


def line(prompt: Ids, answer: tuple[int, Ids]) -> Row:
    """Return a row of `prompt` and one answer, for models that need every token to see all before it."""
    number, ids = answer
    tokens = [*prompt, *ids[:-1]]
    looks = [Look(len(prompt) - 1 + step, token, number) for step, token in enumerate(ids)]
    return Row(tokens, list(range(len(tokens))), [0] * len(tokens), looks)


def windows(start: int, text: Ids, length: int) -> list[tuple[list[int], list[int]]]:
    """Return a text in parts that fit a context of `length` tokens, each with what is read before it.

    Each token is expected once. The first part comes after `start`; the others after as many tokens before them as
    there is room for, one at least: the way in which lm-evaluation-harness computes rolling log-likelihoods.
    """
    tokens = list(text)
    parts = [([start], tokens[:length])]
    done = length
    while done < len(tokens):
        end = min(done + length, len(tokens))
        parts.append((tokens[end - length - 1 : done], tokens[done:end]))
        done = end
    return parts
