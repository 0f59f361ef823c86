"""Cross-entropy over a large vocabulary without ever holding all logits.

For each stretch of tokens the logits, their loss and the gradient of what they came from are computed together, and
the logits are gone before the next stretch begins: memory grows with the hidden size and not with the vocabulary.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from kit.tuning.estimate import STRETCH


def answer_cross_entropy(
    hidden: torch.Tensor,
    head: nn.Module,
    targets: torch.Tensor,
    weights: torch.Tensor,
    *,
    smoothing: float = 0.0,
    stretch: int = STRETCH,
) -> torch.Tensor:
    """Return the sum of weighted cross-entropies of the next tokens, as a number in float32.

    Parameters
    ----------
    hidden : Tensor [n, h]
        What the output layer reads.
    head : Module
        The output layer, ``h -> vocabulary``.
    targets : Tensor [n]
        The right tokens.
    weights : Tensor [n]
        How much each counts.
    smoothing : float, default 0
        From 0 to 0.9: the share of the target that all tokens have together (Szegedy et al. 2016, arXiv:1512.00567).
    stretch : int, default 256
        Tokens at a time.
    """
    if any(p.requires_grad for p in head.parameters()) or not _is_plain(head):
        parts = zip(hidden.split(stretch), targets.split(stretch), weights.split(stretch), strict=True)
        losses = [checkpoint(_loss, h, head, t, w, smoothing, use_reentrant=False) for h, t, w in parts]
        return torch.stack(losses).sum()
    total: torch.Tensor = _FrozenHead.apply(hidden, head.weight, head.bias, targets, weights, smoothing, stretch)
    return total


def widened(x: torch.Tensor) -> torch.Tensor:
    """Return `x` in float32, unless it is wider."""
    return x if x.dtype == torch.float64 else x.float()


def _is_plain(head: nn.Module) -> bool:
    return type(head) is nn.Linear and not head._forward_hooks and not head._forward_pre_hooks


def _loss(hidden: torch.Tensor, head: nn.Module, targets: torch.Tensor, weights: torch.Tensor, smoothing: float) -> Any:
    logits = widened(head(hidden))
    losses = nn.functional.cross_entropy(logits, targets, reduction="none", label_smoothing=smoothing)
    return (losses * weights).sum()


class _FrozenHead(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hidden: Any, weight: Any, bias: Any, targets: Any, weights: Any, smoothing: float, stretch: int
    ) -> torch.Tensor:
        total = widened(hidden.new_zeros(()))
        grad = torch.empty_like(hidden)
        for i in range(0, len(hidden), stretch):
            part = slice(i, i + stretch)
            logits = widened(nn.functional.linear(hidden[part], weight, bias))
            right, scale = targets[part, None], weights[part, None]
            logs = torch.log_softmax(logits, dim=-1)
            losses = -(1 - smoothing) * logs.gather(1, right)
            if smoothing:
                losses -= smoothing * logs.mean(dim=-1, keepdim=True)
            total += (losses * scale).sum()
            towards = logs.exp_()
            towards.scatter_add_(1, right, torch.full_like(right, smoothing - 1, dtype=towards.dtype))
            if smoothing:
                towards -= smoothing / logits.shape[-1]
            grad[part] = (towards * scale).to(weight.dtype) @ weight
        ctx.save_for_backward(grad)
        return total

    @staticmethod
    def backward(ctx: Any, towards: torch.Tensor) -> Any:  # type: ignore[override]
        (grad,) = ctx.saved_tensors
        return grad * towards.to(grad.dtype), None, None, None, None, None, None
