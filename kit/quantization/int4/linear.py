"""A linear layer whose weight is held in 4 bits.

Few rows are multiplied by PyTorch's own kernel for processors, which reads the packed integers and nothing else: a step
of writing waits for memory. Many rows at once (a prompt, rows that are scored) wait for arithmetic, so the weight is
written out to bf16 for as long as one product takes, and the fast product of the processor does the rest.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from kit.quantization.int4.groups import GROUP, Groups

FEW = 128  # rows from which on writing out is quicker, measured on a processor with AMX
_BLOCK = 64  # rows that the kernel packs together where AVX-512 is there


class Int4Linear(nn.Module):
    """A linear layer of `groups`, computed in bf16.

    Parameters
    ----------
    groups : Groups
        The weight; columns a multiple of 64, rows of 16.
    bias : tensor [rows], optional
    """

    packed: torch.Tensor
    constants: torch.Tensor
    bias: torch.Tensor | None

    def __init__(self, groups: Groups, bias: torch.Tensor | None = None) -> None:
        super().__init__()
        self.out_features, self.in_features = groups.codes.shape
        scales = groups.scales.float()
        # The kernel computes (code - 8) · scale + middle.
        middles = (8 - groups.zeros.float()) * scales
        self.register_buffer("constants", torch.stack([scales.T, middles.T], dim=2).bfloat16().contiguous())
        packed, self.kernel = _pack(groups.codes)
        self.register_buffer("packed", packed)
        # Which way the kernel packs depends on the processor: only what is understood can be written out.
        self.readable = torch.equal(self.codes(), groups.codes)
        self.register_buffer("bias", None if bias is None else bias.detach().bfloat16())

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """Return `given` [..., columns] times the transposed weight, and the bias."""
        flat = given.reshape(-1, self.in_features)
        found: torch.Tensor
        if self.kernel and (len(flat) < FEW or not self.readable):
            found = torch.ops.aten._weight_int4pack_mm_for_cpu(
                flat.bfloat16().contiguous(), self.packed, GROUP, self.constants
            )
            found = found if self.bias is None else found + self.bias
        else:
            found = functional.linear(flat.bfloat16(), self.written_out(), self.bias)
        return found.to(given.dtype).view(*given.shape[:-1], self.out_features)

    def codes(self) -> torch.Tensor:
        """Return the integers, uint8 [rows, columns], as far as the packing is understood."""
        rows, columns = self.out_features, self.in_features
        if not self.kernel:
            return torch.stack([self.packed & 15, self.packed >> 4], dim=2).view(rows, columns)
        if rows % _BLOCK:
            return self.packed
        halves = self.packed.view(-1, columns, _BLOCK // 2)
        blocks = torch.cat([halves & 15, halves >> 4], dim=2).transpose(1, 2)
        return blocks.reshape(rows, columns)

    def written_out(self) -> torch.Tensor:
        """Return the weight in bf16."""
        scales, middles = self.constants.transpose(0, 1).unsqueeze(3).unbind(2)
        grouped = self.codes().to(torch.bfloat16).view(self.out_features, -1, GROUP)
        return grouped.sub_(8).mul_(scales).add_(middles).view(self.out_features, self.in_features)

    def extra_repr(self) -> str:
        """Return what stands in the printed model."""
        return f"{self.in_features}, {self.out_features}, bias={self.bias is not None}"


def _pack(codes: torch.Tensor) -> tuple[torch.Tensor, bool]:
    """Return two codes in a byte, and whether they lie as PyTorch's kernel reads them, or one after the other."""
    if codes.device.type == "cpu":
        return torch.ops.aten._convert_weight_to_int4pack_for_cpu(codes.int(), 1), True
    pairs = codes.view(len(codes), -1, 2)
    return pairs[..., 0] | pairs[..., 1] << 4, False
