"""Feed-forward blocks compiled by PyTorch, where the machine has a compiler.

Only blocks in which nothing trains: there PyTorch's compiler joins gate and product into one pass, forward and
backward. All blocks of a model share what is compiled. It takes about a minute before the first step, so it pays for
long trainings only.
"""

from __future__ import annotations

import os
import shutil
from typing import Any

import torch
from torch import nn

from kit.errors import ParameterError
from kit.i18n import _

_COMPILERS = ("g++", "clang++", "c++")


def compile_blocks(inner: nn.Module, layers: nn.ModuleList) -> int:
    """Compile the frozen feed-forward blocks of `layers` and return how many there are.

    Raises
    ------
    ParameterError
        On the CPU, without a C++ compiler.
    """
    if next(inner.parameters()).device.type == "cpu":
        _need_compiler()
    count = 0
    for layer in layers:
        block: Any = getattr(layer, "mlp", None)
        if block is None or any(weight.requires_grad for weight in block.parameters()) or "forward" in vars(block):
            continue
        block.forward = torch.compile(block.forward, dynamic=True)
        count += 1
    return count


def _need_compiler() -> None:
    if os.environ.get("CXX") or any(shutil.which(name) for name in _COMPILERS):
        return
    allowed = _("False on a machine without a C++ compiler")
    fix = _("Install one (such as g++), or leave compile out.")
    raise ParameterError("compile", True, allowed=allowed, fix=fix)
