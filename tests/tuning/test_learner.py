"""What is random in a step belongs to that step alone."""

from __future__ import annotations

import itertools

import torch

from kit.tuning.learner import step_seed


def test_no_two_steps_or_processes_draw_the_same() -> None:
    """Also not where the digits of one number could be taken for another's: step 1, rank 11 and step 11, rank 1."""
    keys = list(itertools.product((0, 1, 11), (1, 11, 111), (0, 1, 11)))
    drawn = {tuple(torch.rand(4, generator=torch.Generator().manual_seed(step_seed(*key))).tolist()) for key in keys}
    assert len(drawn) == len(keys)


def test_the_same_step_draws_the_same_for_ever() -> None:
    """A checkpoint may be gone on from with a later version; the number is from b2sum, 56 bits of "7 42 1"."""
    assert step_seed(7, 42, 1) == 0x4939CB38258DF3
