"""The student's share of the teacher's accuracy: its interval against simulation."""

from __future__ import annotations

import numpy as np
import pytest

from kit.tuning.distill.share import share_of_teacher


def test_the_interval_covers_the_true_ratio_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    both, only_student, only_teacher = 0.7, 0.05, 0.15
    true, covered = (both + only_student) / (both + only_teacher), 0
    for _ in range(2000):
        kind = rng.choice(4, size=200, p=[both, only_student, only_teacher, 1 - both - only_student - only_teacher])
        found = share_of_teacher(list((kind == 0) | (kind == 1)), list((kind == 0) | (kind == 2)))
        assert found is not None
        covered += found[1] <= true <= found[2]
    assert covered / 2000 == pytest.approx(0.95, abs=0.015)


def test_few_rows_alike_are_no_certainty() -> None:
    found = share_of_teacher([True] * 9 + [False], [True] * 9 + [False])
    assert found is not None
    assert found[0] == 1
    assert found[1] < 0.95 < 1.05 < found[2]


def test_no_share_of_nothing() -> None:
    assert share_of_teacher([True, False], [False, False]) is None
