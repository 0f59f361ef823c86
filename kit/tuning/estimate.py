"""The peak memory of a tuning run, predicted before anything loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.machine.facts import MIB
from kit.models import ModelCard

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec

# A process with torch, transformers, peft and accelerate, its allocator's slack and the backward pass's temporaries:
# what two runs of SmolLM2-135M on Linux took (1,805 and 2,558 MiB) beyond the other terms, which then meet both to 2 %.
RUNTIME_BYTES = 1150 * MIB


def tuning_peak_bytes(
    card: ModelCard, *, bits: int, rank: int, tokens: int, answers: int, targets: int = 2, optimizer_copies: int = 4
) -> int:
    """Return the bytes that LoRA tuning takes at its peak.

    The sum of: the frozen weights; the adapter with gradient and two Adam moments in float32; the activations kept
    for the backward pass, 34 bytes for each token, layer and hidden unit at 16 bits (Korthikanti et al. 2022,
    arXiv:2205.05198, equation 1, without the attention matrix, which short rows and fused attention make small),
    twice that at 32 bits; logits of the answer tokens in float32 with their gradient; the runtime.

    Parameters
    ----------
    card : ModelCard
    bits : int
        Bits of each frozen weight and activation.
    rank : int
        Of the adapter.
    tokens : int
        Tokens in one micro-batch, a shared beginning counted once.
    answers : int
        Answer tokens in one micro-batch.
    targets : int, default 2
        Layers with an adapter in each block.
    optimizer_copies : int, default 4
        float32 numbers for each adapter weight: itself, gradient, two moments.
    """
    adapter = card.layers * targets * 2 * rank * card.hidden_size
    weights = card.parameters * bits // 8
    activations = 34 * tokens * card.layers * card.hidden_size * bits // 16
    logits = 3 * answers * card.vocabulary * 4
    return weights + adapter * 4 * optimizer_copies + activations + logits + RUNTIME_BYTES


def peak_bytes_of(spec: TuneSpec, card: ModelCard, *, bits: int, tokens: int, answers: int) -> int:
    """Return `tuning_peak_bytes` of one process of `spec`, whose largest micro-batch has so many tokens and answers."""
    return tuning_peak_bytes(
        card, bits=bits, rank=spec.rank, tokens=tokens, answers=answers, targets=len(spec.target_modules)
    )
