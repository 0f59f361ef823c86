"""How many weights train."""

from __future__ import annotations

from typing import Any

from kit.i18n import _


def how_many(model: Any) -> str:
    """Return how many weights train, in words."""
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    everything = sum(_numbers(weight) for weight in model.parameters())
    return _("{trained:,} of {everything:,} weights train ({share:.2%}).").format(
        trained=trained, everything=everything, share=trained / everything
    )


def _numbers(weight: Any) -> int:
    """Return how many numbers `weight` stands for: of 4 bits, two are in a byte."""
    state = getattr(weight, "quant_state", None)
    count: int = weight.numel() if state is None else state.shape.numel()
    return count
