"""Rows that share a beginning compute it once.

Questions of one task share their instruction, often most of their tokens. In a causal model the keys and values of
those tokens do not depend on what follows, so one pass over them serves every row: exactly, and with exact gradients,
since the gradient of an expanded tensor is the sum over its copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

SHORTEST = 8  # a shorter common beginning is not worth a pass of its own


def shared_length(rows: Sequence[Sequence[int]]) -> int:
    """Return how many tokens all rows begin with, at least one token of each row left over; 0 when not worth it."""
    if len(rows) < 2:
        return 0
    first, last = min(map(tuple, rows)), max(map(tuple, rows))  # in dictionary order these two differ earliest
    length = min(len(first), len(last), *(len(row) for row in rows)) - 1
    shared = next((i for i in range(length) if first[i] != last[i]), max(length, 0))
    return shared if shared >= SHORTEST else 0


def can_share(model: Any) -> bool:
    """Does `model` keep plain keys and values for every token, which is what sharing needs?

    Sliding windows and recurrent layers keep something else.
    """
    config = getattr(model, "config", None)
    if config is None or not hasattr(config, "get_text_config"):
        return False
    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=config).layers)


class Prefix:
    """The keys and values of tokens that rows begin with, read once; with gradients, unless whoever reads wants none.

    Parameters
    ----------
    model : causal language model of Transformers, one that `can_share`
    ids : token ids
    """

    def __init__(self, model: Any, ids: Sequence[int]) -> None:
        self._config, self.length = model.config, len(ids)
        self._cache = DynamicCache(config=model.config)
        model(
            input_ids=torch.tensor([list(ids)], device=model.device),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )

    def for_rows(self, rows: int) -> DynamicCache:
        """Return a cache that begins with the prefix in each of `rows` rows; the prefix stays as it is."""
        layers: list[Any] = list(self._cache.layers)
        pairs = [(layer.keys.expand(rows, -1, -1, -1), layer.values.expand(rows, -1, -1, -1)) for layer in layers]
        return DynamicCache(pairs, config=self._config)
