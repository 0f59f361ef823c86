"""Choose where the middle of each group lies (Badri and Shaji 2023, "Half-Quadratic Quantization").

The error that is made least is ``Σ |weight - rounded|^0.7``, which forgives the few great weights that cannot be met.
It is split: errors are set apart as outliers by shrinking (Krishnan and Fergus 2009), and what remains has its least
square at a mean. Both are repeated, with a growing weight on the agreement of the two. Scales stay as they were.
"""

from __future__ import annotations

import torch

from kit.quantization.int4.groups import GROUP, MOST, Groups

_NORM = 0.7
_WEIGHT, _GROWTH = 10.0, 1.01  # of the agreement, at first and with each round, as the authors take them
_ROUNDS = 20


def half_quadratic(weight: torch.Tensor) -> Groups:
    """Return `weight`, fp32 [rows, columns], rounded with the best middles that were found, which lie between codes."""
    grouped = weight.view(weight.shape[0], -1, GROUP)
    least, most = grouped.amin(2, keepdim=True), grouped.amax(2, keepdim=True)
    scales = ((most - least) / MOST).bfloat16().float()
    scales = torch.where(scales > 0, scales, torch.ones_like(scales))
    zeros = _middles(grouped, scales, -least / scales).bfloat16()
    codes = (grouped / scales + zeros.float()).round().clamp(0, MOST).to(torch.uint8)
    return Groups(codes.view(weight.shape), scales.squeeze(2).bfloat16(), zeros.squeeze(2))


def _middles(grouped: torch.Tensor, scales: torch.Tensor, zeros: torch.Tensor) -> torch.Tensor:
    best, least, agreement = zeros, float("inf"), _WEIGHT
    for _round in range(_ROUNDS):
        codes = (grouped / scales + zeros).round().clamp(0, MOST)
        errors = grouped - (codes - zeros) * scales
        error = errors.abs().pow(_NORM).mean().item()
        if error >= least:
            break
        best, least = zeros, error
        outliers = _shrunk(errors, agreement)
        zeros = (codes - (grouped - outliers) / scales).mean(2, keepdim=True)
        agreement *= _GROWTH
    return best


def _shrunk(errors: torch.Tensor, agreement: float) -> torch.Tensor:
    """Return what of `errors` is an outlier: the generalised soft threshold for the norm of 0.7."""
    sizes = errors.abs()
    taken = sizes.clamp(min=1e-12).pow(_NORM - 1) / agreement
    return errors.sign() * (sizes - taken).clamp(min=0)
