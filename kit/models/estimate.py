"""What a model will take, before anything loads: bytes of memory and, at best, tokens per second.

These are first formulas, to be shown next to what is then measured. Bytes are bytes; 1 MB = 1e6 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from kit.errors import ParameterError, UnknownNameError
from kit.i18n import _
from kit.models.card import ModelCard

# Bits for each weight of a linear layer. nf4 and fp4: 4 bits, and a 32-bit scale for each block of 64 weights.
# int8: the 32-bit scale for each row is left out.
METHOD_BITS = {
    "fp32": 32.0,
    "bf16": 16.0,
    "fp16": 16.0,
    "bnb-int8": 8.0,
    "bnb-nf4": 4 + 32 / 64,
    "bnb-fp4": 4 + 32 / 64,
}

_EMBEDDING_BITS = 16.0  # methods below 16 bits leave embeddings and the output layer alone
_RUNTIME_BYTES = 300e6  # Python with torch and transformers, and their buffers
_SPARE_SHARE = 0.1  # of the weights: activations, copies while loading, what the allocator holds


@dataclass(frozen=True)
class Estimate:
    """Memory predicted for answering with one model.

    Parameters
    ----------
    model, method : str
        What it is for.
    context : int, tokens
        Length that the KV cache has room for.
    weights_bytes, kv_cache_bytes, overhead_bytes : float
        The parts.
    """

    model: str
    method: str
    context: int
    weights_bytes: float
    kv_cache_bytes: float
    overhead_bytes: float

    @property
    def total_bytes(self) -> float:
        """All parts together."""
        return self.weights_bytes + self.kv_cache_bytes + self.overhead_bytes


def weights_bytes(card: ModelCard, bits: float) -> float:
    """Return the bytes of the weights when linear layers hold `bits` for each weight.

    ``linear · bits / 8 + embeddings · max(bits, 16) / 8``, where embeddings are the embedding and, if it is not tied,
    the output layer, and linear is all the rest (norms and biases, under 0.1%, count as linear).

    Parameters
    ----------
    card : ModelCard
        The model.
    bits : float, above 0, at most 32
        Scales and zero points included, such as 4.127.
    """
    linear = card.parameters - card.embedding_parameters
    return (linear * _checked(bits) + card.embedding_parameters * _embedding_bits(bits)) / 8


def kv_cache_bytes(card: ModelCard, context: int, *, bits: float = 16, batch: int = 1) -> float:
    """Return the bytes of the KV cache: ``2 · layers · kv_heads · head_size · context · batch · bits / 8``.

    Layers that look back only part of the way (Gemma 2) are counted in full, as the caches that are made at once are.
    """
    return 2 * card.layers * card.kv_heads * card.head_size * context * batch * bits / 8


def estimate(card: ModelCard, method: str = "bf16", *, context: int = 2048, batch: int = 1) -> Estimate:
    """Predict the memory that answering takes: weights, KV cache and a stated overhead.

    The overhead is 300 MB for the libraries and a tenth of the weights. What loading takes for a moment beyond that
    (an 8-bit or 4-bit method reads 16-bit weights first, layer by layer) is not in it.

    Parameters
    ----------
    card : ModelCard
        The model.
    method : str, default "bf16"
        A key of `METHOD_BITS`.
    context : int, tokens, default 2048
        Prompt and answer together.
    batch : int, default 1
        Sequences at a time.

    Raises
    ------
    UnknownNameError
        There is no formula for the method.
    ParameterError
        `context` or `batch` is below 1.
    """
    if method not in METHOD_BITS:
        raise UnknownNameError("method", method, METHOD_BITS)
    for name, value in (("context", context), ("batch", batch)):
        if value < 1:
            raise ParameterError(name, value, allowed=_("at least 1"))
    bits = METHOD_BITS[method]
    weights = weights_bytes(card, bits)
    cache = kv_cache_bytes(card, context, bits=max(bits, 16), batch=batch)
    return Estimate(card.name, method, context, weights, cache, _RUNTIME_BYTES + _SPARE_SHARE * weights)


def decode_tokens_per_s(card: ModelCard, bits: float, bandwidth_gib_s: float) -> float:
    """Return the most tokens per second that one stream can decode when reading the weights is all that counts.

    ``bandwidth · 2^30 / bytes read for a token``. Read are the active linear weights at `bits` and the output layer at
    ``max(bits, 16)``; the embedding is looked up, one row, and counts only where it is the output layer. The KV cache,
    arithmetic and unpacking are left out: this is a ceiling, and a slow kernel stays far below it.

    Parameters
    ----------
    card : ModelCard
        The model.
    bits : float, above 0, at most 32
        For each weight of a linear layer.
    bandwidth_gib_s : float, GiB/s, above 0
        Of the memory that holds the weights.
    """
    if bandwidth_gib_s <= 0:
        raise ParameterError("bandwidth_gib_s", bandwidth_gib_s, allowed=_("above 0"))
    linear = card.active_parameters - card.embedding_parameters
    output = card.vocabulary * card.hidden_size
    return bandwidth_gib_s * 2**30 / ((linear * _checked(bits) + output * _embedding_bits(bits)) / 8)


def _checked(bits: float) -> float:
    if not 0 < bits <= 32:
        raise ParameterError("bits", bits, allowed=_("above 0, at most 32"))
    return bits


def _embedding_bits(bits: float) -> float:
    return max(bits, _EMBEDDING_BITS)
