"""Labels cover neither marks nor each other."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from kit.plots.label import Box, Mark, place_labels

BOUNDS = Box(0, 0, 560, 180)


@pytest.mark.parametrize("seed", range(20))
def test_six_labels_find_room_in_a_figure(seed: int) -> None:
    rng = random.Random(seed)
    xs = [40 + 80 * i + rng.uniform(-20, 20) for i in range(6)]
    marks = [Mark(x, y := rng.uniform(50, 130), rng.uniform(5, 15), y - 25, y + 25) for x in xs]
    widths = [rng.uniform(25, 60) for _ in marks]
    boxes = place_labels(marks, widths, 14, BOUNDS)
    assert all(a.overlap(b) == 0 for a, b in combinations(boxes, 2))
    assert all(box.overlap(part) == 0 for box in boxes for mark in marks for part in mark.boxes())
    assert all(box.outside(BOUNDS) == pytest.approx(0) for box in boxes)


def test_a_label_stands_at_the_right_of_its_mark_where_nothing_is_in_the_way() -> None:
    (box,) = place_labels([Mark(100, 90, 10, 60, 120)], [40], 14, BOUNDS)
    assert box.left > 110
    assert (box.bottom + box.top) / 2 == pytest.approx(90)


def test_a_line_is_kept_free() -> None:
    marks = [Mark(100, 90, 10, 80, 100), Mark(300, 90, 10, 80, 100)]
    boxes = place_labels(marks, [40, 40], 14, BOUNDS, [(100, 90), (300, 90)])
    assert all(not (box.bottom < 90 < box.top and box.right > 100 and box.left < 300) for box in boxes)
