"""A matrix as integers from 0 to 15, with a scale and a middle for each group of 64 along its rows."""

from __future__ import annotations

from dataclasses import dataclass

import torch

GROUP = 64  # weights that share a scale and a middle
MOST = 15


@dataclass(frozen=True, eq=False)
class Groups:
    """The weights ``(codes - zeros) · scales``.

    Parameters
    ----------
    codes : uint8 tensor [rows, columns]
        From 0 to 15.
    scales : bf16 tensor [rows, columns / 64]
        What one step is worth: bf16, since that is what products are computed with.
    zeros : tensor [rows, columns / 64]
        Which code stands for 0: uint8, or bf16 where it lies between codes.
    """

    codes: torch.Tensor
    scales: torch.Tensor
    zeros: torch.Tensor

    def written_out(self) -> torch.Tensor:
        """Return the weights, fp32 [rows, columns]."""
        rows, columns = self.codes.shape
        grouped = self.codes.view(rows, -1, GROUP).float()
        weights = (grouped - self.zeros.float().unsqueeze(2)) * self.scales.float().unsqueeze(2)
        return weights.view(rows, columns)


def steps(weight: torch.Tensor, shrink: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Return scales, in bf16, and zeros, in uint8, that take every group from its least to its greatest.

    The range always holds 0, so that a weight of 0 stays one. A zero is at least 1: in the files of GPTQ one less is
    written, in 4 bits.

    Parameters
    ----------
    weight : fp32 tensor [rows, columns]
        Columns are a multiple of 64.
    shrink : float, default 1
        Weights greater than this part of the greatest one, in size, are cut off.
    """
    grouped = weight.view(weight.shape[0], -1, GROUP)
    least, most = grouped.amin(2).clamp(max=0), grouped.amax(2).clamp(min=0)
    bound = torch.maximum(-least, most) * shrink
    least, most = torch.maximum(least, -bound), torch.minimum(most, bound)
    scales = ((most - least) / MOST).bfloat16()
    scales = torch.where(scales > 0, scales, torch.ones_like(scales))
    zeros = (-least / scales.float()).round().clamp(1, MOST)
    return scales, zeros.to(torch.uint8)


def nearest(weight: torch.Tensor, scales: torch.Tensor, zeros: torch.Tensor) -> Groups:
    """Return `weight` with each number rounded by itself to the nearest of the 16."""
    grouped = weight.view(weight.shape[0], -1, GROUP)
    codes = (grouped / scales.float().unsqueeze(2) + zeros.float().unsqueeze(2)).round().clamp(0, MOST)
    return Groups(codes.to(torch.uint8).view(weight.shape), scales, zeros)


def rounded(weight: torch.Tensor) -> Groups:
    """Return `weight`, fp32, rounded without a look at anything else."""
    return nearest(weight, *steps(weight))
