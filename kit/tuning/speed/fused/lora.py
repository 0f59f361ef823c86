"""A frozen matrix with a LoRA adapter as one operation, in the type of the frozen weights.

peft casts what goes in to the adapter's float32 and what comes out back again: four passes over every activation of
every target, forward and backward. Here the adapter's small matrices are cast instead; they stay float32 for the
optimizer, and so do their gradients.
"""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.lora.layer import Linear as LoraLinear
from torch import nn


class _Adapted(torch.autograd.Function):
    """``x W' + b + scale · (x A') B'``, where only A and B train."""

    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, bias: Any, a: Any, b: Any, scale: float) -> torch.Tensor:
        down, up = a.to(x.dtype), (b * scale).to(x.dtype)
        flat = x.reshape(-1, x.shape[-1])
        inner = flat @ down.t()
        out = nn.functional.linear(flat, weight, bias).addmm_(inner, up.t())
        ctx.save_for_backward(x, inner, weight, a, b)
        ctx.scale = scale
        return out.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> Any:  # type: ignore[override]
        x, inner, weight, a, b = ctx.saved_tensors
        flat, towards = x.reshape(-1, x.shape[-1]), grad.reshape(-1, grad.shape[-1])
        inward = towards @ (b * ctx.scale).to(x.dtype)
        grad_a = (inward.t() @ flat).to(a.dtype)
        grad_b = (towards.t() @ inner).to(b.dtype).mul_(ctx.scale)
        grad_x = None
        if ctx.needs_input_grad[0]:
            grad_x = (towards @ weight).addmm_(inward, a.to(x.dtype)).view_as(x)
        return grad_x, None, None, grad_a, grad_b, None


def can_fuse(module: nn.Module) -> bool:
    """Is `module` a plain LoRA adapter on a frozen matrix, without dropout?"""
    if type(module) is not LoraLinear or len(module.active_adapters) != 1:
        return False
    (name,) = module.active_adapters
    base = module.get_base_layer()
    return (
        type(base) is nn.Linear
        and not base.weight.requires_grad
        and (base.bias is None or not base.bias.requires_grad)
        and not module.fan_in_fan_out
        and name in module.lora_A
        and name not in module.lora_variant
        and not module.lora_bias.get(name, False)
        and isinstance(module.lora_dropout[name], nn.Identity)
    )


def fuse(module: Any) -> None:
    """Let `module` compute its adapter in one operation wherever that means the same."""
    plain = module.forward
    (name,) = module.active_adapters
    base, a, b = module.get_base_layer(), module.lora_A[name], module.lora_B[name]

    def forward(x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        usual = not module.disable_adapters and not module.merged and module.active_adapters == [name]
        if not usual or x.dtype != base.weight.dtype or args or kwargs or torch.is_autocast_enabled(x.device.type):
            return plain(x, *args, **kwargs)
        return _Adapted.apply(x, base.weight, base.bias, a.weight, b.weight, module.scaling[name])

    module.forward = forward
