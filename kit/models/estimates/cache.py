"""Bytes of the KV cache."""

from __future__ import annotations

from kit.models.card import ModelCard


def kv_cache_bytes(card: ModelCard, context: int, *, bits: float = 16, batch: int = 1) -> float:
    """Return the bytes of the keys and values of `context` tokens.

    Grouped heads (Ainslie et al. 2023, arXiv:2305.13245): ``2 · kv_heads · head_size`` numbers a token and layer.
    Latent attention (DeepSeek-V2, arXiv:2405.04434, section 2.1): ``kv_rank + rope_head_dim`` numbers, whatever the
    heads. A layer that looks back only `sliding_window` tokens keeps that many; one that keeps a state instead keeps
    none here.

    Parameters
    ----------
    card : ModelCard
        The model.
    context : int, tokens
        Prompt and answer together.
    bits : float, default 16
        For each number.
    batch : int, default 1
        Sequences at a time.
    """
    return cached_numbers(card, context) * batch * bits / 8


def cached_numbers(card: ModelCard, context: int) -> int:
    """Return how many numbers the cache of one sequence of `context` tokens holds, all layers together."""
    short = card.sliding_layers or 0
    seen = min(context, card.sliding_window or context)
    whole = card.layers - short - (card.state_layers or 0)
    tokens = whole * context + short * seen
    if card.kv_rank is not None:
        return tokens * (card.kv_rank + (card.rope_head_dim or 0))
    return tokens * 2 * card.kv_heads * card.head_size
