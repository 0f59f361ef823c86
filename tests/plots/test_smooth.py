"""Long and jumping curves made readable."""

from __future__ import annotations

import random

import numpy as np
import pytest

from kit.plots.smooth import LEAST, POINTS, finite, lowest, smoothed


def test_a_short_curve_is_read_as_it_is() -> None:
    curve = [(step, 1 / step) for step in range(1, LEAST)]
    assert smoothed(curve) is curve


def test_the_running_mean_is_the_weighted_mean_of_all_steps_so_far() -> None:
    rng = random.Random(3)
    curve = [(step, rng.random()) for step in range(300)]
    found = dict(smoothed(curve))
    values = np.array([value for _step, value in curve])
    for step in (0, 1, 57, 299):
        weights = 0.5 ** (np.arange(step, -1, -1) / 6)  # halved every 2 % of 300 points
        assert found[step] == pytest.approx(np.average(values[: step + 1], weights=weights))


def test_of_a_long_curve_few_points_are_left_and_the_last_one_is() -> None:
    curve = [(step, float(step % 2)) for step in range(10_001)]
    found = smoothed(curve)
    assert len(found) <= POINTS + 1
    assert found[-1][0] == 10_000
    assert found[-1][1] == pytest.approx(0.5, abs=0.01)


def test_what_is_no_number_is_left_out() -> None:
    curve = [(1, 1.0), (2, float("nan")), (3, float("inf")), (4, 0.5)]
    assert finite(curve) == [(1, 1.0), (4, 0.5)]


def test_the_lowest_is_the_first_of_equals() -> None:
    assert lowest([(1, 2.0), (2, 1.0), (3, 1.0)]) == (2, 1.0)
    assert lowest([]) is None
