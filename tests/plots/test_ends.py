"""Names at the ends of curves."""

from __future__ import annotations

import itertools

import pytest

from kit.plots.ends import APART, spread


def test_names_that_have_room_stay_where_they_are() -> None:
    assert spread([10, 60, 35], 100) == [10, 60, 35]


def test_names_that_touch_are_pushed_apart_around_their_middle() -> None:
    assert spread([50, 52], 100) == pytest.approx([51 - APART / 2, 51 + APART / 2])


@pytest.mark.parametrize("heights", [[0, 0, 0], [100, 99, 98, 97], [40, 41, 70, 52, 55], [0, 0, 0, 30], [5]])
def test_names_keep_their_order_their_distance_and_stay_inside(heights: list[float]) -> None:
    found = spread(heights, 100)
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    stood = [found[place] for place in order]
    assert all(upper - lower >= APART - 1e-9 for lower, upper in itertools.pairwise(stood))
    assert min(stood) >= 0
    assert max(stood) <= 100


def test_names_without_room_stand_closer() -> None:
    found = sorted(spread([10.0] * 6, 20))
    assert found[0] == pytest.approx(0)
    assert found[-1] == pytest.approx(20)
