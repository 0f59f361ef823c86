"""Which rows are read together."""

from __future__ import annotations

from collections.abc import Sequence

from kit.engines.hf.tree import Row

_BATCH_BYTES = 512 * 2**20  # of logits; they are by far the largest thing where many places are looked at
_LOGIT_BYTES = 10  # in 16 bits, in 32, and on the way to the sum of exponentials
_BATCH_TOKENS = 16_384  # a batch of any more is no quicker


def in_batches(rows: Sequence[Row], size: int, vocabulary: int) -> list[list[int]]:
    """Return row numbers in batches of at most `size`, longest first, so that rows of one batch need little padding.

    Longest first: what does not fit into memory fails at once, not at the end. A batch ends before `size` where its
    tokens would be more than `_BATCH_TOKENS`, or the logits that are looked at more than `_BATCH_BYTES`; that depends
    on the rows alone, not on what is free now, so that the same work has the same batches, and numbers, each time.
    """
    order = sorted(range(len(rows)), key=lambda i: -len(rows[i].ids))
    batches: list[list[int]] = []
    tokens = looked = 0
    for i in order:
        places = len({look.place for look in rows[i].looks})
        tokens, looked = tokens + len(rows[i].ids), looked + places
        full = not batches or len(batches[-1]) == size
        if full or tokens > _BATCH_TOKENS or _LOGIT_BYTES * vocabulary * looked > _BATCH_BYTES:
            batches.append([])
            tokens, looked = len(rows[i].ids), places
        batches[-1].append(i)
    return batches
