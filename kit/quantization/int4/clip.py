"""Which part of its range a group should cover: a few great weights cut off can leave all others closer."""

from __future__ import annotations

import torch

from kit.quantization.int4.groups import GROUP, Groups, nearest, steps

_SHARES = tuple(1 - 0.05 * step for step in range(11))  # of the greatest weight, down to a half


def closest_steps(weight: torch.Tensor, products: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return scales and zeros with which rounding changes the products of each group least.

    The search of Lin et al. 2023 (arXiv:2306.00978, weight clipping), where the error of a group is
    ``(w - ŵ) H (w - ŵ)ᵀ`` with the block of `products` that belongs to it.

    Parameters
    ----------
    weight : fp32 tensor [rows, columns]
    products : fp32 tensor [columns, columns]
        The sum of ``x xᵀ`` over the inputs that count.
    """
    own = own_blocks(products)
    best_scales, best_zeros = steps(weight)
    least = _errors(weight, nearest(weight, best_scales, best_zeros), own)
    for share in _SHARES[1:]:
        scales, zeros = steps(weight, share)
        errors = _errors(weight, nearest(weight, scales, zeros), own)
        better = errors < least
        least = torch.where(better, errors, least)
        best_scales, best_zeros = torch.where(better, scales, best_scales), torch.where(better, zeros, best_zeros)
    return best_scales, best_zeros


def own_blocks(products: torch.Tensor) -> torch.Tensor:
    """Return the part of `products` within each group: [groups, 64, 64]."""
    groups = len(products) // GROUP
    square = products.view(groups, GROUP, groups, GROUP)
    return square.diagonal(dim1=0, dim2=2).permute(2, 0, 1)


def _errors(weight: torch.Tensor, found: Groups, own: torch.Tensor) -> torch.Tensor:
    """Return what rounding each group costs, fp32 [rows, groups]."""
    off = (found.written_out() - weight).view(len(weight), -1, GROUP)
    return torch.einsum("rgi,gij,rgj->rg", off, own, off)
