"""Weights as a method of torchao would hold them, as plain numbers.

Computed by torchao's own primitives in bf16, in which the method itself computes, so that each weight falls on the same
step of the same scale.
"""

from __future__ import annotations

from typing import Any

import torch

from kit.quantization.ao import GROUP, quietly


def rounded(weight: torch.Tensor, method: str) -> torch.Tensor:
    """Return `weight` as `method` holds it, in bf16.

    Parameters
    ----------
    weight : Tensor [out, in]
        Of any floating type; it is turned into bf16 first, as the method finds it in a model.
    method : {"torchao-int8", "torchao-int4"}
    """
    with quietly(), torch.no_grad():
        given = weight.detach().to(torch.bfloat16)
        return _int8(given) if method == "torchao-int8" else _int4(given)


def _int8(weight: torch.Tensor) -> torch.Tensor:
    from torchao.quantization import Int8Tensor, PerRow

    held: Any = Int8Tensor.from_hp(weight, granularity=PerRow())
    dequantized: torch.Tensor = held.dequantize()
    return dequantized


def _int4(weight: torch.Tensor) -> torch.Tensor:
    """Return what the 4-bit kernels multiply with: steps from the middle of a group, which need not hold 0.

    torchao's fake quantizer finds scales, middles and steps. What it multiplies out of them is rounded to bf16 once
    more than in the kernels, which hold the product in float32: one weight in twenty would be a bit off.
    """
    from torchao.quantization import PerGroup
    from torchao.quantization.qat import IntxFakeQuantizeConfig, IntxFakeQuantizer
    from torchao.quantization.quant_primitives import ZeroPointDomain

    config: Any = IntxFakeQuantizeConfig(
        getattr(torch, "uint4"),  # noqa: B009 - torch's stubs do not have it
        PerGroup(GROUP),
        is_symmetric=False,
        scale_precision=torch.bfloat16,
        zero_point_precision=torch.bfloat16,
        zero_point_domain=ZeroPointDomain.FLOAT,
    )
    fake: Any = IntxFakeQuantizer(config)
    near: torch.Tensor = fake(weight).float().view(len(weight), -1, GROUP)
    scale, middle = fake.scale.float()[:, :, None], fake.zero_point.float()[:, :, None]
    steps = near.sub_(middle).div_(scale).round_()
    return steps.mul_(scale).add_(middle).view(weight.shape).to(weight.dtype)
