"""The learning rate against Transformers' schedules, and when validation is measured."""

from __future__ import annotations

import math

import pytest
import torch
from transformers import get_scheduler

from kit.tuning.schedule import evaluation_steps, share_of_peak, total_steps

_THEIRS = {"linear": "linear", "cosine": "cosine", "constant": "constant_with_warmup"}


@pytest.mark.parametrize("schedule", _THEIRS)
@pytest.mark.parametrize(("total", "warmup_share"), [(1, 0.0), (7, 0.5), (50, 0.06), (200, 0.1), (33, 0.0)])
def test_rates_are_those_of_transformers(schedule: str, total: int, warmup_share: float) -> None:
    """After the warm-up the same; in it one step ahead, so that the first step does not stand still."""
    warmup = math.ceil(total * warmup_share)
    theirs = _transformers_rates(_THEIRS[schedule], total, warmup)
    for step in range(total):
        rate = share_of_peak(step, total=total, warmup_share=warmup_share, schedule=schedule)
        assert rate == pytest.approx(theirs[step + 1 if step < warmup else step], abs=1e-12)
        assert 0 < rate <= 1


def _transformers_rates(name: str, total: int, warmup: int) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = get_scheduler(name, optimizer, num_warmup_steps=warmup, num_training_steps=total)
    rates = []
    for _ in range(total + 1):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize(
    ("rows", "batch_size", "epochs", "steps", "total"),
    [
        (100, 16, 1.0, None, 7),
        (100, 16, 2.0, None, 14),
        (96, 16, 0.5, None, 3),
        (3, 16, 0.01, None, 1),
        (100, 16, 2.0, 5, 5),
    ],
)
def test_total_steps(rows: int, batch_size: int, epochs: float, steps: int | None, total: int) -> None:
    assert total_steps(rows, batch_size, epochs, steps) == total


@pytest.mark.parametrize("total", range(1, 40))
@pytest.mark.parametrize("evaluations", [1, 2, 3, 4, 7, 100])
def test_evaluations_are_evenly_spread_and_end_at_the_end(total: int, evaluations: int) -> None:
    steps = sorted(evaluation_steps(total, evaluations))
    assert len(steps) == min(evaluations, total)
    assert steps[0] >= 1
    assert steps[-1] == total
    gaps = [b - a for a, b in zip([0, *steps], steps, strict=False)]
    assert max(gaps) - min(gaps) <= 2
