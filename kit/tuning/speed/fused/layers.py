"""Find the layers of a model that can be fused, and fuse them."""

from __future__ import annotations

from torch import nn

from kit.tuning.speed.fused import lora, norm


def fuse_layers(model: nn.Module) -> int:
    """Fuse what can be in `model` and return how many layers that are; those that were fused before stay so."""
    count = 0
    for module in model.modules():
        if "forward" in vars(module):  # fused before, or changed by somebody else
            continue
        for kind in (lora, norm):
            if kind.can_fuse(module):
                kind.fuse(module)
                count += 1
    return count
