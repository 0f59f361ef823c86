"""The fastest micro-batch is found during the first steps."""

from __future__ import annotations

import pytest

from kit.tuning.fitting.trial import Trial


def _run(trial: Trial, seconds: dict[int, float], *, begin: int = 1, total: int = 100) -> list[int]:
    """Make all steps, each of 100 tokens, where a step with so many rows at a time takes so many `seconds`."""
    sizes = []
    for step in range(begin, total + 1):
        size = trial.size(step)
        sizes.append(size)
        trial.tell(step, 100, seconds[size])
    return sizes


@pytest.mark.parametrize("fastest", [16, 8, 4])
def test_the_fastest_is_kept(fastest: int) -> None:
    seconds = {16: 2.0, 8: 2.0, 4: 2.0, fastest: 1.0}
    sizes = _run(Trial((16, 8, 4), total=100), seconds)
    assert sizes[:10] == [16, 16, 8, 4, 16, 8, 4, 16, 8, 4]
    assert set(sizes[10:]) == {fastest}


def test_of_equally_fast_ones_the_smallest_is_kept() -> None:
    trial = Trial((16, 8, 4), total=100)
    _run(trial, {16: 1.0, 8: 1.02, 4: 1.1})
    assert trial.chosen == 8


def test_one_slow_step_decides_nothing() -> None:
    trial = Trial((16, 8), total=100)
    for step in range(1, 10):
        slow = step == 2
        trial.tell(step, 100, 50.0 if slow else {16: 1.0, 8: 2.0}[trial.size(step)])
    assert trial.chosen == 16
    assert trial.rates == {16: 100.0, 8: 50.0}


def test_a_short_tuning_tries_nothing() -> None:
    assert set(_run(Trial((16, 8, 4), total=12), {16: 2.0, 8: 1.0, 4: 1.0}, total=12)) == {16}


def test_a_single_size_is_used_throughout() -> None:
    assert set(_run(Trial((8,), total=100), {8: 1.0})) == {8}


def test_after_a_break_it_begins_anew() -> None:
    sizes = _run(Trial((16, 8), begin=41, total=100), {16: 2.0, 8: 1.0}, begin=41)
    assert sizes[:7] == [16, 16, 8, 16, 8, 16, 8]
    assert set(sizes[7:]) == {8}
