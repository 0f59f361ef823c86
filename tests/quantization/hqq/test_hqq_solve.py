"""Half-quadratic rounding against rounding to nearest, and against another's."""

from __future__ import annotations

import torch
from torchao.quantization.quant_primitives import _choose_qparams_and_quantize_affine_hqq as peer

from kit.quantization.hqq.solve import half_quadratic
from kit.quantization.int4.groups import rounded


def _heavy_tailed() -> torch.Tensor:
    chance = torch.Generator().manual_seed(0)
    weight = torch.randn(64, 256, generator=chance) * 0.05
    weight[torch.rand(weight.shape, generator=chance) < 0.01] *= 5
    return weight


def _cost(found: torch.Tensor, weight: torch.Tensor) -> float:
    return float((found - weight).abs().pow(0.7).mean())


def test_most_weights_come_closer_than_by_rounding_to_nearest() -> None:
    weight = _heavy_tailed()
    found = half_quadratic(weight)
    assert _cost(found.written_out(), weight) < 0.99 * _cost(rounded(weight).written_out(), weight)
    assert (found.zeros != found.zeros.round()).any(), "middles lie between codes"


def test_it_comes_as_close_as_another() -> None:
    weight = _heavy_tailed()
    codes, scales, zeros, _shape = peer(
        weight, nbits=4, group_size=64, axis=1, compute_dtype=torch.float32, device="cpu", raw_output=True
    )
    theirs = ((codes.view(-1, 64).float() - zeros.view(-1, 1)) * scales.view(-1, 1)).view(weight.shape)
    ours = _cost(half_quadratic(weight).written_out(), weight)
    assert ours <= 1.02 * min(_cost(theirs, weight), _cost(_inverse(codes, scales, zeros, weight), weight))


def _inverse(codes: torch.Tensor, scales: torch.Tensor, zeros: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return the weights where scales are told as steps for each unit."""
    return ((codes.view(-1, 64).float() - zeros.view(-1, 1)) / scales.view(-1, 1)).view(weight.shape)


def test_a_group_of_one_value_stays_finite() -> None:
    found = half_quadratic(torch.full((16, 64), 0.25))
    assert torch.isfinite(found.written_out()).all()
