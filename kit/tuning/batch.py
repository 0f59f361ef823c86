"""Rows of different length as one tensor, padded on the left so that every row ends at the same place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Batch:
    """Padded rows; b rows, s longest row, p tokens of shared prefix before them.

    Parameters
    ----------
    ids : Tensor [b, s]
    mask : Tensor [b, p + s]
        1 where a token may be attended to; the prefix always may.
    positions : Tensor [b, s]
        Places in the whole text, prefix included.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    positions: torch.Tensor

    def inputs(self) -> dict[str, torch.Tensor]:
        """Return the arguments of a forward pass."""
        return {"input_ids": self.ids, "attention_mask": self.mask, "position_ids": self.positions}


def left_padded(rows: Sequence[Sequence[int]], *, pad: int, prefix: int, device: torch.device) -> Batch:
    """Return `rows` as a batch that follows `prefix` shared tokens."""
    longest = max(len(row) for row in rows)
    ids = torch.tensor([[pad] * (longest - len(row)) + list(row) for row in rows], device=device)
    own = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows], device=device)
    positions = (own.cumsum(-1) - 1).clamp(min=0) + prefix
    before = torch.ones(len(rows), prefix, dtype=own.dtype, device=device)
    return Batch(ids, torch.cat([before, own], dim=-1), positions)


def last_positions(length: int, keep: int, device: torch.device) -> torch.Tensor:
    """Return the places of the last `keep` of `length` tokens, for `logits_to_keep`.

    As a number, `logits_to_keep` makes Transformers slice the hidden states, and PyTorch multiplies such a slice by
    copying the whole output matrix once for each row. Places pick contiguous rows instead: one matrix product.
    """
    return torch.arange(length - keep, length, device=device)
