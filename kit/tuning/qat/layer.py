"""A layer with LoRA that multiplies with the rounded sum of both, as the model will hold it.

torchao's own training rounds the frozen weight and adds the adapter to it unrounded, so what is learnt is not what is
held after merging. Here ``Q(W + s B A)`` is what is multiplied with. Rounding has no gradient; as usual it is taken for
the identity (straight-through estimator, Bengio et al. 2013, arXiv:1308.3432). With it the gradients of A and B are
those of plain LoRA, and only what goes further back passes through the rounded weights::

    dA = s Bᵀ gᵀ x        dB = s gᵀ (x Aᵀ)        dx = g Q(W + s B A)
"""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.lora import Linear
from torch import nn

from kit.tuning.qat.rounding import rounded


class AwareLinear(Linear):
    """peft's linear layer with LoRA, whose weight and adapter are rounded together; a peft layer becomes one in place.

    The rounded weight is kept until the adapter changes, so that the micro-batches of a step share it.
    """

    rounding: str
    _kept: tuple[Any, torch.Tensor] | None

    def forward(self, x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Return ``x Q(W + s B A)ᵀ``, of ``x [..., in]`` as ``[..., out]``; without the adapter ``x Q(W)ᵀ``."""
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))
        weight, own = self.rounded_weight().to(x.dtype), _base(self).bias
        bias = None if own is None else own.to(x.dtype)
        if self.disable_adapters:
            return nn.functional.linear(x, weight, bias)
        a, b, scale = _adapter(self)
        out: torch.Tensor = _Rounded.apply(x, weight, bias, a, b, scale)
        return out

    def rounded_weight(self) -> torch.Tensor:
        """Return ``Q(W + s B A)``, [out, in]."""
        key = self._state()
        if self._kept is None or self._kept[0] != key:
            with torch.inference_mode(False):  # an evaluation must not leave what a training step cannot use
                weight = rounded(merged_weight(self), self.rounding)
                self._kept = key, weight.to(_base(self).weight.dtype)
        return self._kept[1]

    def _state(self) -> Any:
        """Return what is another whenever the adapter is: torch counts changes in place."""
        if self.disable_adapters:
            return None
        a, b, scale = _adapter(self)
        return a.data_ptr(), a._version, b.data_ptr(), b._version, scale


@torch.no_grad()
def merged_weight(layer: Linear) -> torch.Tensor:
    """Return ``W + s B A`` of a layer as it is held before it is rounded, in bf16 [out, in]."""
    weight = _base(layer).weight
    if layer.disable_adapters:
        return weight.to(torch.bfloat16)
    a, b, scale = _adapter(layer)
    return torch.addmm(weight.float(), b.float(), a.float(), alpha=scale).to(torch.bfloat16)


def _base(layer: Linear) -> nn.Linear:
    found: Any = layer.get_base_layer()
    assert isinstance(found, nn.Linear)
    return found


def _adapter(layer: Any) -> tuple[torch.Tensor, torch.Tensor, float]:
    (name,) = layer.active_adapters
    return layer.lora_A[name].weight, layer.lora_B[name].weight, layer.scaling[name]


class _Rounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, bias: Any, a: Any, b: Any, scale: float) -> torch.Tensor:
        ctx.save_for_backward(x, weight, a, b)
        ctx.scale = scale
        return nn.functional.linear(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> Any:  # type: ignore[override]
        x, weight, a, b = ctx.saved_tensors
        back = grad.to(weight.dtype) @ weight if ctx.needs_input_grad[0] else None
        rows, towards = x.flatten(0, -2).to(a.dtype), grad.flatten(0, -2).to(b.dtype)
        grad_a = ((towards @ b).T @ rows).mul_(ctx.scale)
        grad_b = (towards.T @ (rows @ a.T)).mul_(ctx.scale)
        return back, None, None, grad_a, grad_b, None
