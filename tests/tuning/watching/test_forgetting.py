"""What is said of general rows before and after, against a second way of computing it."""

from __future__ import annotations

import math
import random

import numpy
import pytest

from kit.tuning.watching.forgetting import forgetting, forgetting_words
from kit.tuning.watching.score import Scores


def _scores(shift: float, seed: int, rows: int = 60) -> Scores:
    draw = random.Random(1)
    tokens = tuple(draw.randint(3, 40) for _ in range(rows))
    noise = random.Random(seed)
    return Scores(tuple(n * (2.0 + shift + noise.gauss(0, 0.1)) for n in tokens), tokens)


def test_the_interval_is_that_of_drawing_rows_anew() -> None:
    before, after = _scores(0.0, 2), _scores(0.05, 3)
    found = forgetting(before, after)
    changes, tokens = numpy.subtract(after.losses, before.losses), numpy.array(before.tokens)
    assert found["delta_loss"] == pytest.approx(after.loss - before.loss)
    drawn = numpy.random.default_rng(0).integers(0, 60, (4000, 60))
    spread = float((changes[drawn].sum(1) / tokens[drawn].sum(1)).std())
    low, high = found["delta_loss_interval"]
    assert high - low == pytest.approx(2 * 1.96 * spread, rel=0.08)


def test_words_follow_the_interval() -> None:
    before = _scores(0.0, 2)
    assert "forgot something" in forgetting_words(forgetting(before, _scores(0.2, 3)))
    assert "got better" in forgetting_words(forgetting(before, _scores(-0.2, 3)))
    assert "no evidence" in forgetting_words(forgetting(before, _scores(0.001, 3)))


def test_one_row_is_no_evidence() -> None:
    change = forgetting(Scores((1.0,), (2,)), Scores((5.0,), (2,)))
    low, high = change["delta_loss_interval"]
    assert low < 0 < high
    assert all(map(math.isfinite, (low, high)))


def test_accuracy_is_paired_too() -> None:
    right = (0,) * 40
    before = Scores((1.0,) * 40, (1,) * 40, (0,) * 30 + (1,) * 10, right)
    after = Scores((1.0,) * 40, (1,) * 40, (1,) * 20 + (0,) * 10 + (1,) * 10, right)
    found = forgetting(before, after)
    assert (found["accuracy_before"], found["accuracy"], found["delta_accuracy"]) == (0.75, 0.25, -0.5)
    low, high = found["delta_accuracy_interval"]
    assert low < -0.5 < high < 0
