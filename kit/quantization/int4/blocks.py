"""The parts of a model that repeat, and the linear layers in them that 4 bits can hold."""

from __future__ import annotations

from typing import Any

from torch import nn

from kit.errors import UnsupportedError
from kit.i18n import _
from kit.quantization.int4.groups import GROUP

_ROWS = 16  # which the kernel takes together


def blocks_of(model: Any) -> dict[str, nn.Module]:
    """Return the blocks that follow each other in `model`, by name.

    Raises
    ------
    UnsupportedError
        No list of blocks is in it.
    """
    lists = {
        name: part
        for name, part in model.named_modules()
        if isinstance(part, nn.ModuleList) and any(layers_of(block) for block in part)
    }
    if not lists:
        problem = _("{model} has no list of layers that follow each other.").format(model=type(model).__name__)
        raise UnsupportedError(problem, fix=_("Choose another method."))
    name, blocks = max(lists.items(), key=lambda pair: sum(weight.numel() for weight in pair[1].parameters()))
    return {f"{name}.{i}": block for i, block in enumerate(blocks)}


def layers_of(block: nn.Module) -> dict[str, nn.Linear]:
    """Return the linear layers of `block` that groups divide, by their names in it."""
    return {
        name: part
        for name, part in block.named_modules()
        if type(part) is nn.Linear and part.in_features % GROUP == 0 and part.out_features % _ROWS == 0
    }
