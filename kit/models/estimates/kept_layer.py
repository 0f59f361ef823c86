"""What autograd keeps of one layer for the backward pass.

Counted from what each operation saves; a test counts the same with PyTorch's hooks. Two norms keep their input, in fp32
unless they are fused; attention its queries, keys, values and output, and a sum for each head in fp32; the feed-forward
block gate, its activation and up. A frozen matrix keeps nothing. One that trains keeps its input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.models.card import ModelCard
from kit.models.estimates.adapted import Adapted, matrices
from kit.models.estimates.answering import feed_forward_width


@dataclass(frozen=True)
class Kept:
    """Bytes that one layer keeps: of each token, and whatever the number of tokens."""

    token: float
    fixed: float = 0.0

    def bytes(self, tokens: float) -> float:
        """Return the bytes for so many tokens."""
        return self.token * tokens + self.fixed


@dataclass(frozen=True)
class Attending:
    """What the attention of a micro-batch keeps beyond what PyTorch's own keeps of each token.

    Parameters
    ----------
    pairs : int, default 0
        Of a token and one that it sees, whose probabilities are kept for each head.
    short : int, default 0
        Tokens of such pairs, whose output is not kept.
    again : int, default 0
        Tokens whose keys and values are kept once more.
    """

    pairs: int = 0
    short: int = 0
    again: int = 0


def attention_bytes(card: ModelCard, size: int, attending: Attending, adapted: Sequence[Adapted]) -> float:
    """Return what a layer's attention keeps of a micro-batch beyond what `kept_of` counts.

    Parameters
    ----------
    size : {2, 4}
        Bytes of an activation.
    adapted : sequence of Adapted
        The matrices with an adapter: that on the output of attention keeps what attention does not.
    """
    key = card.kv_heads * card.head_size
    out = card.heads * (card.value_head_dim or card.head_size)
    read = any(each.matrix.source == "attention" for each in adapted)
    found = 2.0 * key * size * attending.again + card.heads * size * attending.pairs
    return found - attending.short * (4 * card.heads + (0 if read else size * out))


def kept_of(
    card: ModelCard,
    how: str,
    precision: str,
    adapted: Sequence[Adapted],
    *,
    mixed: bool = False,
    fused: bool = False,
    fused_adapters: bool = False,
) -> Kept:
    """Return what a layer with these adapters keeps.

    Parameters
    ----------
    card : ModelCard
        The model.
    how : {"lora", "dora", "ia3", "prompt", "full"}
        What trains.
    precision : {"bf16", "fp32"}
        Of weights and activations.
    adapted : sequence of Adapted
        The matrices of the layer that have an adapter.
    mixed : bool, default False
        Are products computed in bf16 while weights are fp32? Each frozen weight is then kept as bf16 too.
    fused, fused_adapters : bool, default False
        Are norms, and adapters with their matrices, one operation each (`kit.tuning.speed.fused`)?
    """
    size = 2 if precision == "bf16" or mixed else 4
    rest = _frozen(card, size, norm=size if fused and how != "full" and not mixed else 4)
    if mixed:
        return _mixed(card, how, adapted, rest)
    if how == "full":
        return Kept(rest + size * (4 * card.hidden_size + feed_forward_width(card)))  # norms before scaling and after
    if how == "ia3":
        return Kept(rest + sum(_rescaled(each, size) for each in adapted))
    if fused_adapters and how == "lora":
        return Kept(rest + _read(adapted, 4) * size / 4 + size * sum(each.rank for each in adapted))
    token = rest + _read(adapted, size) + 4 * sum(each.rank for each in adapted)
    return _with_norms(Kept(token), adapted, size) if how == "dora" else Kept(token)


def _with_norms(kept: Kept, adapted: Sequence[Adapted], size: int) -> Kept:
    """Return what DoRA keeps: outputs with the adapter and without, and fp32 weights for the norm of their rows."""
    outputs = sum(each.matrix.outputs for each in adapted)
    return Kept(kept.token + (size + 4) * outputs, kept.fixed + 4.0 * sum(each.matrix.weights for each in adapted))


def _frozen(card: ModelCard, size: int, norm: int) -> float:
    hidden, width = card.hidden_size, feed_forward_width(card)
    query, key = card.heads * card.head_size, card.kv_heads * card.head_size
    out = card.heads * (card.value_head_dim or card.head_size)
    value = key if card.kv_rank is None else out
    return 2 * norm * hidden + size * (query + key + value + out) + 4 * card.heads + 3 * size * width


def _read(adapted: Sequence[Adapted], size: int) -> float:
    """Return the bytes of what adapters read: an fp32 copy each on bf16 weights, else the activation, kept once."""
    if size == 2:
        return 4 * sum(each.matrix.inputs for each in adapted)
    sources = {each.matrix.source: each.matrix.inputs for each in adapted if each.matrix.source != "attention"}
    return 4 * sum(sources.values())


def _rescaled(adapted: Adapted, size: int) -> float:
    matrix = adapted.matrix
    return 4 * matrix.inputs if matrix.short == "down_proj" else size * matrix.outputs


def _mixed(card: ModelCard, how: str, adapted: Sequence[Adapted], rest: float) -> Kept:
    weights = sum(each.weights for each in matrices(card))
    if how == "full":
        inputs = 3 * card.hidden_size + 2 * card.hidden_size + feed_forward_width(card)  # a cast for each matrix
        return Kept(rest + 2 * 4 * card.hidden_size + 2 * inputs, 2.0 * weights)
    inputs = sum(each.matrix.inputs for each in adapted if each.matrix.source != "attention")
    ranks = sum(each.rank for each in adapted)
    kept = Kept(rest + 2 * (inputs + ranks), 2.0 * weights)
    return _with_norms(kept, adapted, 2) if how == "dora" else kept
