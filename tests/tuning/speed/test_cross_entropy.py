"""Cross-entropy in stretches against PyTorch's over everything at once."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from kit.tuning.speed.cross_entropy import answer_cross_entropy


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("stretch", [3, 256])
@pytest.mark.parametrize("trains", [False, True])
def test_loss_and_gradients(smoothing: float, stretch: int, trains: bool) -> None:
    torch.manual_seed(0)
    head = nn.Linear(6, 50).double().requires_grad_(trains)
    hidden = torch.randn(10, 6, dtype=torch.float64)
    targets, weights = torch.randint(50, (10,)), torch.rand(10)
    gradients = []
    for found in (True, False):
        head.zero_grad()
        states = hidden.clone().requires_grad_()
        if found:
            loss = answer_cross_entropy(states, head, targets, weights, smoothing=smoothing, stretch=stretch)
        else:
            each = nn.functional.cross_entropy(head(states), targets, reduction="none", label_smoothing=smoothing)
            loss = (each * weights).sum()
        (loss * 3).backward()
        gradients.append([loss.detach(), states.grad, *([head.weight.grad, head.bias.grad] if trains else [])])
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, check_dtype=False)
