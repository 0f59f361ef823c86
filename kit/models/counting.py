"""How many weights a model has, counted from what its config.json states.

The formulas count matrices and norms of a layer; biases, norms of single heads and rotary tables are left out: together
they stay below 0.1%. The vision tower is taken as the card gives it.
"""

from __future__ import annotations

from kit.models.card import ModelCard

_MATRICES = 3  # of a gated feed-forward block: gate, up, down


def count_parameters(card: ModelCard) -> int:
    """Return all weights: ``embeddings + layers + last norm + vision``.

    A layer is attention, two norms and its feed-forward block; of a mixture of experts all experts, those that are
    shared, and the router. Parameters that the card states are not looked at, except for those of the vision tower.
    """
    layers = card.layers * (attention_parameters(card) + 2 * card.hidden_size)
    vision = card.vision_parameters or 0
    return card.embedding_parameters + layers + _dense_blocks(card) + _mixed_blocks(card) + card.hidden_size + vision


def count_active_parameters(card: ModelCard) -> int:
    """Return the weights that work on one token of text: all but the idle experts and the vision tower."""
    return count_parameters(card) - idle_parameters(card) - (card.vision_parameters or 0)


def idle_parameters(card: ModelCard) -> int:
    """Return the weights of the experts that are not asked for a token."""
    idle = (card.experts or 0) - (card.experts_per_token or 0)
    return mixed_layers(card) * idle * _block(card, card.intermediate_size)


def mixed_layers(card: ModelCard) -> int:
    """Return how many layers have experts."""
    return card.layers - (card.dense_layers or 0) if card.experts else 0


def attention_parameters(card: ModelCard) -> int:
    """Return the weights of the attention of one layer.

    Grouped heads: ``2 · hidden · head_size · (heads + kv_heads)``. Latent attention (DeepSeek): the query goes through
    `query_rank` where there is one, keys and values come out of ``kv_rank`` and a part that turns with position.
    """
    if card.kv_rank is None:
        return 2 * card.hidden_size * card.head_size * (card.heads + card.kv_heads)
    turning, value = card.rope_head_dim or 0, card.value_head_dim or 0
    wide = card.heads * card.head_size
    query = card.query_rank * (card.hidden_size + wide) if card.query_rank else card.hidden_size * wide
    latent = card.hidden_size * (card.kv_rank + turning)
    spread = card.kv_rank * card.heads * (card.head_size - turning + value)
    return query + latent + spread + card.heads * value * card.hidden_size


def _dense_blocks(card: ModelCard) -> int:
    if not card.experts:
        return card.layers * _block(card, card.intermediate_size)
    return (card.dense_layers or 0) * _block(card, card.dense_size or 0)


def _mixed_blocks(card: ModelCard) -> int:
    experts = card.experts or 0
    block = experts * _block(card, card.intermediate_size) + _block(card, card.shared_size or 0)
    return mixed_layers(card) * (block + card.hidden_size * experts)


def _block(card: ModelCard, width: int) -> int:
    return _MATRICES * card.hidden_size * width
