"""Bits of embeddings and output layer, which some methods round as well: read off the formats they write."""

from __future__ import annotations

from kit.models.card import ModelCard
from kit.models.estimates.weights import bits_of, table_bits, weights_bytes

# By method; all others leave tables in 16 bits or more. GGUF mixtures hold the output layer (and embeddings that are
# tied to it) in Q6_K; OpenVINO holds both in 8 bits, also where linear layers have 4.
_TABLE_BITS = {
    "gguf-q8_0": 8.5,
    "gguf-q6_k": 6.5625,
    "gguf-q5_k_m": 6.5625,
    "gguf-q4_k_m": 6.5625,
    "gguf-q4_0": 6.5625,
    "openvino-int8": 8.0,
    "openvino-int4": 8.0,
}
_SUFFIXES = ("-imatrix", "-awq", "-gptq")


def method_bytes(card: ModelCard, method: str) -> float:
    """Return the bytes of the weights as `method` holds them, embeddings and output layer as it holds these.

    Raises
    ------
    UnknownNameError
        There is no formula for the method.
    """
    bits = bits_of(method)
    whole = weights_bytes(card, bits)
    if not method.startswith(("gguf-", "openvino-")):
        return whole
    return whole - card.embedding_parameters * (table_bits(bits) - table_bits_of(method)) / 8


def table_bits_of(method: str) -> float:
    """Return the bits in which `method` holds each number of embeddings and output layer."""
    plain = method
    for suffix in _SUFFIXES:
        plain = plain.removesuffix(suffix)
    return _TABLE_BITS.get(plain, table_bits(bits_of(method)))
