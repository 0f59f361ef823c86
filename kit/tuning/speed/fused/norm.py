"""Root mean square normalisation (Zhang and Sennrich 2019, arXiv:1910.07467) that keeps only its input.

As models have it, it is six operations, each of which keeps something in float32 for the backward pass.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class _Norm(torch.autograd.Function):
    """``w · x / sqrt(mean(x²) + eps)`` with a frozen w."""

    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, eps: float) -> torch.Tensor:
        wide = torch.promote_types(x.dtype, torch.float32)
        norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=wide)
        inverse = norm.square_().div_(x.shape[-1]).add_(eps).rsqrt_()
        ctx.save_for_backward(x, weight, inverse)
        out: torch.Tensor = (x * inverse).mul_(weight).to(x.dtype)  # each product in the wide type, in one pass
        return out

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> Any:  # type: ignore[override]
        x, weight, inverse = ctx.saved_tensors
        towards = grad.to(inverse.dtype) * weight
        share = (towards * x).sum(dim=-1, keepdim=True).mul_(inverse.pow(3)).div_(x.shape[-1])
        return towards.mul_(inverse).addcmul_(x.to(inverse.dtype), share, value=-1).to(x.dtype), None, None


def can_fuse(module: nn.Module) -> bool:
    """Does `module` normalise like this, with a weight that is frozen? Tried on two random rows."""
    weight, eps = getattr(module, "weight", None), _eps(module)
    if not type(module).__name__.endswith("RMSNorm") or eps is None or weight is None or weight.requires_grad:
        return False
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(2, weight.numel(), generator=draw).to(weight.device, weight.dtype)
    with torch.no_grad():
        found, wanted = _Norm.apply(x, weight, eps), module(x)
    tolerance = 0.02 if weight.dtype in (torch.bfloat16, torch.float16) else 1e-5
    return bool(torch.allclose(found, wanted, rtol=tolerance, atol=tolerance))


def fuse(module: Any) -> None:
    """Let `module` normalise in one operation."""
    eps = _eps(module)
    module.forward = lambda x: _Norm.apply(x, module.weight, eps)


def _eps(module: nn.Module) -> float | None:
    found = getattr(module, "variance_epsilon", getattr(module, "eps", None))
    return found if isinstance(found, float) else None
