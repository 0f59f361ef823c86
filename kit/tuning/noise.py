"""NEFTune: noise on the embeddings while a model learns (Jain et al. 2023, arXiv:2310.05914, algorithm 1)."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn


class Noise:
    """Adds uniform noise of scale alpha / sqrt(L d) to embeddings: L tokens of the row, d numbers of each.

    Only while the model trains, with gradients. Rows that are packed into one are told apart by their positions. What
    is drawn follows torch's generator, so a step that is done again draws the same.

    Parameters
    ----------
    model : causal language model of Transformers, perhaps with an adapter
    alpha : float
        5 to 15 in the paper.
    """

    def __init__(self, model: Any, alpha: float) -> None:
        self._alpha = alpha
        self._positions: torch.Tensor | None = None
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        body: nn.Module = getattr(base, base.base_model_prefix, base)
        self._handles = [
            body.register_forward_pre_hook(self._look, with_kwargs=True),
            base.get_input_embeddings().register_forward_hook(self._add),
        ]

    def remove(self) -> None:
        """Add none any more."""
        for handle in self._handles:
            handle.remove()

    def _look(self, _module: nn.Module, _inputs: tuple[Any, ...], options: dict[str, Any]) -> None:
        self._positions = options.get("position_ids")

    def _add(self, module: nn.Module, _inputs: tuple[Any, ...], vectors: torch.Tensor) -> torch.Tensor | None:
        if not (module.training and torch.is_grad_enabled()):
            return None
        lengths = row_lengths(self._positions, vectors)
        scale = self._alpha / (lengths * vectors.shape[-1]).sqrt()
        noise = torch.empty(vectors.shape, dtype=torch.float32, device=vectors.device).uniform_(-1, 1)
        return vectors + (noise * scale[..., None]).to(vectors.dtype)


def row_lengths(positions: torch.Tensor | None, vectors: torch.Tensor) -> torch.Tensor:
    """Return how long the row of each token is, float32 [b, s]; without positions, s.

    A row ends where the next position is no larger. A beginning that packed rows share counts as part of the first.

    Parameters
    ----------
    positions : Tensor [b, s], optional
        The place of each token in its row.
    vectors : Tensor [b, s, d]
    """
    rows, length = vectors.shape[:2]
    if positions is None:
        return torch.full((rows, length), float(length), device=vectors.device)
    positions = positions.expand(rows, length)
    ends = torch.ones_like(positions, dtype=torch.bool)
    ends[:, :-1] = positions[:, 1:] <= positions[:, :-1]
    place = torch.arange(length, device=positions.device)
    end = torch.where(ends, place, length).flip(-1).cummin(-1).values.flip(-1)
    return positions.gather(-1, end).float() + 1


def add_noise(model: Any, alpha: float | None) -> Noise | None:
    """Return the noise that `model` learns with from now on; None without an `alpha`."""
    return None if alpha is None or math.isclose(alpha, 0.0) else Noise(model, alpha)
