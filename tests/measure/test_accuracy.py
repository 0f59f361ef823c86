"""Accuracy and macro-F1 against scikit-learn and the formulas of lm-eval."""

from __future__ import annotations

import random
import statistics

import pytest
from sklearn.metrics import accuracy_score, f1_score

from kit.measure.accuracy import accuracy, macro_f1, macro_f1_stderr


def _rows(n: int, classes: int, *, seed: int, share: float = 0.6) -> tuple[list[int], list[int]]:
    draw = random.Random(seed)
    gold = [draw.randrange(classes) for _ in range(n)]
    return gold, [g if draw.random() < share else draw.randrange(classes) for g in gold]


@pytest.mark.parametrize(("n", "classes"), [(2, 2), (17, 3), (200, 5), (500, 2)])
@pytest.mark.parametrize("seed", range(3))
def test_both_equal_scikit_learn(n: int, classes: int, seed: int) -> None:
    gold, predicted = _rows(n, classes, seed=seed)
    assert accuracy(gold, predicted)[0] == pytest.approx(accuracy_score(gold, predicted))
    wanted = f1_score(gold, predicted, average="macro", zero_division=0)
    assert macro_f1(gold, predicted, classes) == pytest.approx(wanted)


def test_standard_error_is_that_of_the_mean() -> None:
    """lm-eval: sample standard deviation of the rows' 0 and 1, over the root of n."""
    gold, predicted = _rows(200, 3, seed=5)
    right = [float(g == p) for g, p in zip(gold, predicted, strict=True)]
    assert accuracy(gold, predicted)[1] == pytest.approx(statistics.stdev(right) / len(right) ** 0.5)


@pytest.mark.parametrize(("gold", "predicted", "share"), [([1], [1], 1.0), ([1], [0], 0.0), ([1, 0], [1, 0], 1.0)])
def test_no_spread_no_error(gold: list[int], predicted: list[int], share: float) -> None:
    assert accuracy(gold, predicted) == (share, 0.0)


def test_a_class_that_never_occurs_is_left_out_and_one_that_is_never_right_counts() -> None:
    assert macro_f1([0, 1], [0, 1], 3) == 1.0
    assert macro_f1([0, 0], [0, 2], 3) == pytest.approx((2 / 3 + 0) / 2)


def test_rows_of_different_number_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        accuracy([1, 0], [1])


def test_bootstrap_error_is_near_the_spread_of_fresh_samples() -> None:
    values = [macro_f1(*_rows(150, 3, seed=seed), 3) for seed in range(300)]
    spread = statistics.stdev(values)
    estimates = [macro_f1_stderr(*_rows(150, 3, seed=seed), 3) for seed in range(5)]
    assert statistics.mean(estimates) == pytest.approx(spread, rel=0.2)


def test_bootstrap_error_is_the_same_each_time() -> None:
    gold, predicted = _rows(60, 3, seed=1)
    assert macro_f1_stderr(gold, predicted, 3) == macro_f1_stderr(gold, predicted, 3) > 0
    assert macro_f1_stderr(gold, gold, 3) == 0
