"""The memory that loading a model and answering with it take."""

from __future__ import annotations

from dataclasses import dataclass

from kit.errors import ParameterError
from kit.i18n import _
from kit.machine.facts import MIB
from kit.models.card import ModelCard
from kit.models.estimates.cache import kv_cache_bytes
from kit.models.estimates.tables import method_bytes
from kit.models.estimates.weights import bits_of, weights_bytes

# A process with torch and transformers, its threads and allocator; with bitsandbytes. Measured on Linux x86-64.
RUNTIME_BYTES = 400 * MIB
BNB_RUNTIME_BYTES = 500 * MIB
_HELD_BYTES = 64 * MIB  # in a layer: larger blocks go back to the system at once


@dataclass(frozen=True)
class Estimate:
    """Memory predicted for answering with one model.

    Parameters
    ----------
    model, method : str
        What it is for.
    context : int, tokens
        Length that the KV cache has room for.
    batch : int
        Sequences at a time.
    weights_bytes, kv_cache_bytes, activation_bytes, runtime_bytes : float
        The parts. Activations are those of reading a prompt as long as the context at once.
    loading_bytes : float
        What must be in memory at once while the model loads or is quantized.
    mapped_bytes : float
        Pages of its file that are read meanwhile. `top` counts them as memory of the process, but the system takes
        them back as soon as anybody needs room.
    """

    model: str
    method: str
    context: int
    batch: int
    weights_bytes: float
    kv_cache_bytes: float
    activation_bytes: float
    runtime_bytes: float
    loading_bytes: float
    mapped_bytes: float

    @property
    def total_bytes(self) -> float:
        """All parts together: the peak while it answers."""
        return self.weights_bytes + self.kv_cache_bytes + self.activation_bytes + self.runtime_bytes

    @property
    def peak_bytes(self) -> float:
        """The most that must be in memory at once, loading included."""
        return max(self.total_bytes, self.loading_bytes)


def estimate(card: ModelCard, method: str = "bf16", *, context: int = 2048, batch: int = 1) -> Estimate:
    """Predict the memory that loading and answering take.

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
    bits = bits_of(method)
    for name, value in (("context", context), ("batch", batch)):
        if value < 1:
            raise ParameterError(name, value, allowed=_("at least 1"))
    weights = method_bytes(card, method)
    runtime = BNB_RUNTIME_BYTES if method.startswith("bnb-") else RUNTIME_BYTES
    converted = bits != 16  # matrix by matrix; else the mapped file is the weights, and is read when first used
    return Estimate(
        model=card.name,
        method=method,
        context=context,
        batch=batch,
        weights_bytes=weights,
        kv_cache_bytes=kv_cache_bytes(card, context, bits=max(bits, 16), batch=batch),
        activation_bytes=_activation_bytes(card, method, batch * context, max(bits, 16)),
        runtime_bytes=runtime,
        loading_bytes=runtime + (weights + largest_matrix(card) * 4 if converted else 0),
        mapped_bytes=weights_bytes(card, 16) if converted else 0.0,
    )


def feed_forward_width(card: ModelCard) -> int:
    """Return the width of the feed-forward block that one token goes through: of all experts that work on it."""
    if card.experts is None:
        return card.intermediate_size
    return card.intermediate_size * (card.experts_per_token or 1) + (card.shared_size or 0)


def largest_matrix(card: ModelCard) -> int:
    """Return the weights of the largest single matrix of a layer."""
    return card.hidden_size * max(card.intermediate_size, card.dense_size or 0, card.heads * card.head_size)


def _activation_bytes(card: ModelCard, method: str, tokens: int, bits: float) -> float:
    """Return what one layer has at hand for each token at its widest.

    The residual, its norm (for a moment in 32 bits), and of the feed-forward block gate, up and their product.
    """
    width = feed_forward_width(card)
    widest = tokens * ((2 * card.hidden_size + 3 * width) * bits / 8 + 4 * card.hidden_size)
    if method == "bnb-int8":
        widest += held_bytes(card, tokens)
    return widest


def held_bytes(card: ModelCard, tokens: int) -> int:
    """Return what the C library holds of the inputs that bnb-int8 makes anew, as 8-bit integers, in each linear layer.

    They are given up after each layer, but in blocks among others that stay; measured on Linux with 500 to 16,000
    tokens at a time, within a third.
    """
    return card.layers * min(tokens * (6 * card.hidden_size + feed_forward_width(card)), _HELD_BYTES)
