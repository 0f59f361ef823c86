"""How much greater each column should be made (Lin et al. 2023, arXiv:2306.00978, equations 4 and 5).

Steps of a group are as wide as its greatest weight asks, so a column made s times greater, whose input is made s times
smaller, is rounded up to s times more finely, as long as it does not set the group's range. The scale of a column is
the mean size of its input to the power of α; α is searched between 0 (no scaling) and 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from kit.quantization.int4.groups import rounded
from kit.quantization.int4.inputs import Inputs

_POWERS = tuple(step / 20 for step in range(1, 20))
_ROWS = 512  # of a weight that the search looks at, spread evenly


def best_scales(weights: Sequence[torch.Tensor], seen: Inputs) -> torch.Tensor:
    """Return what to multiply the columns of `weights` by, fp32 [columns], before all are rounded.

    Parameters
    ----------
    weights : list of fp32 tensor [rows, columns]
        Of layers that are given the same inputs.
    seen : Inputs
        What they were given.
    """
    some = torch.cat([weight[:: -(-len(weight) // _ROWS)] for weight in weights])
    sizes = (seen.sizes / max(seen.tokens, 1)).clamp(min=1e-4)
    best = torch.ones_like(sizes)
    least = cost(some, best, seen.products)
    for power in _POWERS:
        scales = sizes.pow(power)
        scales = (scales / (scales.max() * scales.min()).sqrt()).clamp(min=1e-4)
        found = cost(some, scales, seen.products)
        if found < least:
            best, least = scales, found
    return best


def cost(weight: torch.Tensor, scales: torch.Tensor, products: torch.Tensor) -> float:
    """Return ``Σ (w - ŵ) H (w - ŵ)ᵀ`` over rows, where ŵ was rounded after it was multiplied by `scales`."""
    off = rounded(weight * scales).written_out() / scales - weight
    return float(((off @ products) * off).sum())
