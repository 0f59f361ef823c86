"""Bytes of the weights: in memory, on the disk, over the network."""

from __future__ import annotations

from kit.errors import ParameterError, UnknownNameError
from kit.i18n import _
from kit.models.card import ModelCard

# Bits for each weight of a linear layer. nf4 and fp4: 4 bits, and a 32-bit scale for each block of 64 weights; double:
# an 8-bit scale, and a 32-bit scale for each 256 of those.
# int8: the 32-bit scale for each row is left out. torchao's int4: two 16-bit numbers for each group of 64 weights;
# with 8-bit activations a byte for each weight, a 16-bit and an 8-bit number for each group. GPTQ,
# AWQ and HQQ: two 16-bit numbers for each group, in memory.
# GGUF: Q8_0 and Q4_0 have a 16-bit scale for each 32 weights, Q6_K 16 8-bit scales and a 16-bit one for each 256; the
# mixtures are those of a Llama of 8 billion parameters (rows that 256 does not divide take up to a bit more).
METHOD_BITS = {
    "fp32": 32.0,
    "bf16": 16.0,
    "fp16": 16.0,
    "bnb-int8": 8.0,
    "bnb-nf4": 4 + 32 / 64,
    "bnb-nf4-double": 4 + 8 / 64 + 32 / (64 * 256),
    "bnb-fp4": 4 + 32 / 64,
    "torchao-int8": 8.0,
    "torchao-int8-dynamic": 8.0,
    "torchao-int4": 4 + 32 / 64,
    "torchao-int8-int4": 8 + 24 / 64,
    "torch-int8": 8.0,
    "gptq-int4": 4 + 32 / 64,
    "awq-int4": 4 + 32 / 64,
    "hqq-int4": 4 + 32 / 64,
    "gguf-bf16": 16.0,
    "gguf-f16": 16.0,
    "gguf-q8_0": 8 + 16 / 32,
    "gguf-q6_k": 6.5625,
    "gguf-q5_k_m": 5.65,
    "gguf-q4_k_m": 4.8,
    "gguf-q4_0": 4 + 16 / 32,
    "gguf-q5_k_m-imatrix": 5.65,
    "gguf-q4_k_m-imatrix": 4.8,
    "gguf-q4_0-imatrix": 4 + 16 / 32,
    "onnx-fp32": 32.0,
    "onnx-int8": 8 + 32 / 32,
    "onnx-int4": 4 + 32 / 32,
    "openvino-fp32": 32.0,
    "openvino-bf16": 16.0,
    "openvino-int8": 8.0,
    "openvino-int4": 4 + 16 / 64,
    "openvino-int4-awq": 4 + 16 / 64,
    "openvino-int4-gptq": 4 + 16 / 64,
}

_MIXED, _MIXED_BITS = "gguf-mixed-", 4 + 16 / 32  # what a budget comes to is known when the model is looked at

_PUBLISHED_BITS = 16.0  # of the files that makers publish, with few exceptions


def bits_of(method: str) -> float:
    """Return the bits that `method` holds each weight of a linear layer in.

    Raises
    ------
    UnknownNameError
        There is no formula for the method.
    """
    if method.startswith(_MIXED):
        return _MIXED_BITS
    if method not in METHOD_BITS:
        raise UnknownNameError("method", method, METHOD_BITS)
    return METHOD_BITS[method]


def checked_bits(bits: float) -> float:
    """Return `bits`, or raise `ParameterError` when no weight can have so many."""
    if not 0 < bits <= 32:
        raise ParameterError("bits", bits, allowed=_("above 0, at most 32"))
    return bits


def table_bits(bits: float) -> float:
    """Return the bits of embeddings and output layer: methods below 16 bits leave them alone."""
    return max(bits, 16.0)


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
    return (linear * checked_bits(bits) + card.embedding_parameters * table_bits(bits)) / 8


def download_bytes(card: ModelCard) -> float:
    """Return the bytes of the files that are fetched: 16 bits for each weight.

    Models that a Python package carries are smaller than that; some makers publish 32 or 8 bits.
    """
    return weights_bytes(card, _PUBLISHED_BITS)


def disk_bytes(card: ModelCard, method: str) -> float:
    """Return the bytes that the model takes when it is saved as `method` holds it."""
    return weights_bytes(card, bits_of(method))
