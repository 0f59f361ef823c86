"""Log-probabilities of answers, computing as little as the question allows.

What all questions begin with is read once for all of them; a question is read once for all its answers (see `tree`);
an answer of one token costs nothing beyond its question; logits are computed only where they are looked at; rows of
similar length share a batch, and a batch is as large as memory is meant to allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from kit.engines.hf.batch import in_batches
from kit.engines.hf.lookup import Lookup
from kit.engines.hf.prefix import Prefix, can_share, shared_length
from kit.engines.hf.tree import Ids, Row, line, tree
from kit.engines.protocol import Score

Heard = Callable[[int], None]


@torch.inference_mode()
def score_answers(
    model: Any,
    prompts: Sequence[Ids],
    answers: Sequence[Sequence[Ids]],
    *,
    batch_size: int,
    on_progress: Heard | None = None,
) -> list[list[Score]]:
    """Return a score for each answer to each prompt.

    Parameters
    ----------
    model : causal language model of Transformers
    prompts : token ids, n rows of at least one token
    answers : for each prompt, any number of answers of at least one token
    batch_size : int
        Prompts read at a time, at most.
    on_progress : callable, optional
        Hears how many prompts are done.
    """
    share = can_share(model)
    start = shared_length(prompts) if share else 0
    prefix = Prefix(model, prompts[0][:start]) if start else None
    groups = [_rows(prompt[start:], each, branching=share) for prompt, each in zip(prompts, answers, strict=True)]
    flat = [(place, row) for place, rows in enumerate(groups) for row in rows]
    left = [len(rows) for rows in groups]
    found: list[list[Score]] = [[Score(0.0, len(ids), True) for ids in each] for each in answers]
    lookup = Lookup(model)
    done = 0
    for batch in in_batches([row for _, row in flat], batch_size, lookup.vocabulary):
        rows = [flat[i][1] for i in batch]
        for i, scored in zip(batch, _read(lookup, rows, prefix), strict=True):
            place = flat[i][0]
            for number, (logprob, greedy) in scored.items():
                found[place][number] = Score(logprob, len(answers[place][number]), greedy)
            left[place] -= 1
            done += left[place] == 0
        if on_progress:
            on_progress(done)
    return found


def _rows(prompt: Ids, answers: Sequence[Ids], *, branching: bool) -> list[Row]:
    """Return what has to be read to score `answers`: one row, or one for each answer of several tokens."""
    numbered = list(enumerate(answers))
    if branching:
        return [tree(prompt, numbered)]
    short = [pair for pair in numbered if len(pair[1]) == 1]
    rows = [line(prompt, pair) for pair in numbered if len(pair[1]) > 1]
    return [tree(prompt, short), *rows] if short or not rows else rows


def _read(lookup: Lookup, rows: Sequence[Row], prefix: Prefix | None) -> Iterator[dict[int, tuple[float, bool]]]:
    """Yield, for each row, the log-probability of each of its answers and whether it is the likeliest."""
    looked = iter(lookup.read(rows, prefix))
    for row in rows:
        sums: dict[int, tuple[float, bool]] = {}
        for look in row.looks:
            logprob, greedy = next(looked)
            before, all_greedy = sums.get(look.answer, (0.0, True))
            sums[look.answer] = before + logprob, all_greedy and greedy
        yield sums
