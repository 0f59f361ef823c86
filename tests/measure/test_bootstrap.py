"""The paired bootstrap: against SciPy's, against Student's t, by simulation, and macro-F1 against scikit-learn."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from scipy.stats import bootstrap, ttest_1samp
from sklearn.metrics import f1_score

from kit.measure.bootstrap import Bootstrapped, mean_interval, paired_macro_f1, paired_means

rng = np.random.default_rng


def _scores(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    draw = rng(seed)
    first = draw.beta(0.6, 0.4, n)
    return first, np.clip(first + draw.normal(0.01, 0.2, n), 0, 1)


@pytest.mark.parametrize("seed", range(4))
def test_it_comes_near_scipys(seed: int) -> None:
    first, second = _scores(seed)
    found = paired_means(first, second)
    wanted = bootstrap(
        (first - second,), np.mean, n_resamples=9999, method="percentile", rng=rng(1)
    ).confidence_interval
    width = wanted.high - wanted.low
    assert found.interval(0.95) == pytest.approx((wanted.low, wanted.high), abs=0.06 * width)
    assert found.difference == pytest.approx(float(np.mean(first - second)))


def test_of_a_normal_sample_it_is_students_t() -> None:
    values = rng(2).normal(0.3, 1, 60)
    found, wanted = paired_means(values, np.zeros(60), draws=40_000), ttest_1samp(values, 0)
    interval = wanted.confidence_interval(0.95)
    assert found.interval(0.95) == pytest.approx((interval.low, interval.high), abs=0.04)
    assert found.p_value == pytest.approx(wanted.pvalue, abs=0.006)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("level", [0.9, 0.95, 0.995])
def test_decision_and_interval_agree(seed: int, level: float) -> None:
    draw = rng(seed)
    found = paired_means(draw.normal(0.2, 1, 120), np.zeros(120))
    low, high = found.interval(level)
    assert (low > 0 or high < 0) == (found.p_value <= 1 - level + 1e-9)


def _sparse(draw: np.random.Generator, n: int, differing: float, ahead: float) -> np.ndarray:
    side = np.where(draw.random(n) < ahead, 1, -1)
    return (draw.random(n) < differing / n) * side * draw.random(n)


@pytest.mark.parametrize(
    ("n", "differing", "ahead"),
    [(100, 20, 0.5), (200, 40, 0.8), (150, 150, 0.5)],
    ids=["few differ", "to one side", "all differ"],
)
def test_the_interval_covers_the_truth(n: int, differing: float, ahead: float) -> None:
    """1,000 samples: the error of the coverage itself is 0.7 points."""
    draw = rng(11)
    truth = differing / n * (2 * ahead - 1) / 2
    held = 0
    for _sample in range(1000):
        low, high = paired_means(_sparse(draw, n, differing, ahead), np.zeros(n), draws=1000).interval(0.95)
        held += low <= truth <= high
    assert abs(held / 1000 - 0.95) <= 0.022


def test_equal_scores_are_no_certainty_where_scores_are_shares() -> None:
    same = paired_means([0.5] * 100, [0.5] * 100)
    assert (same.difference, same.p_value, same.differing) == (0.0, 1.0, 0)
    assert same.interval(0.95) == pytest.approx((-0.037, 0.037), abs=5e-4)
    assert same.smallest(0.95) == pytest.approx(0.037, abs=5e-4)
    assert paired_means([-7.0] * 100, [-7.0] * 100).interval(0.95) == (0.0, 0.0), "of no known size"


def test_rounding_is_no_difference() -> None:
    assert paired_means([0.1 + 0.2] * 20, [0.3] * 20).differing == 0


def test_the_interval_stays_within_the_possible() -> None:
    found = paired_means([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.999, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.9])
    assert found.interval(0.99)[1] <= 1


def test_the_same_seed_gives_the_same_answer() -> None:
    first, second = _scores(5)
    assert paired_means(first, second).interval(0.95) == paired_means(first, second).interval(0.95)
    assert paired_means(first, second, seed=1).interval(0.95) != paired_means(first, second).interval(0.95)


def test_large_data_are_drawn_piece_by_piece() -> None:
    values = rng(3).normal(0, 1, 5000)
    found = paired_means(values, np.zeros(5000), draws=1000)
    assert len(found.deviations) == 1000
    assert np.std(found.deviations) == pytest.approx(1 / math.sqrt(5000), rel=0.1)


def test_it_is_quick() -> None:
    first, second = _scores(6, 600)
    seconds = []
    for seed in range(7):
        began = time.process_time()
        paired_means(first, second, draws=2000, seed=seed)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.05
    began = time.process_time()
    paired_means(first, second, draws=2000, seed=6)
    assert time.process_time() - began < min(seconds), "the same is not drawn again"


def test_the_smallest_difference_is_shown_four_times_in_five() -> None:
    draw = rng(4)
    smallest = paired_means(draw.normal(0, 1, 300), np.zeros(300)).smallest(0.95)
    found = [
        paired_means(draw.normal(smallest, 1, 300), np.zeros(300), draws=1000).p_value <= 0.05 for _try in range(600)
    ]
    assert abs(np.mean(found) - 0.8) <= 0.08


def _answers(seed: int, n: int = 240) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = rng(seed)
    gold = draw.choice(4, n, p=[0.5, 0.3, 0.15, 0.05])
    first = np.where(draw.random(n) < 0.75, gold, draw.integers(0, 4, n))
    return gold, first, np.where(draw.random(n) < 0.85, first, draw.integers(0, 4, n))


@pytest.mark.parametrize("seed", [1])
def test_macro_f1_is_scikit_learns_and_its_interval_scipys(seed: int) -> None:
    gold, first, second = _answers(seed)

    def gap(rows: np.ndarray) -> float:
        return float(
            f1_score(gold[rows], first[rows], average="macro") - f1_score(gold[rows], second[rows], average="macro")
        )

    found = paired_macro_f1(gold, first, second)
    assert found.difference == pytest.approx(gap(np.arange(len(gold))))
    assert found.differing == int((first != second).sum())
    wanted = bootstrap(
        (np.arange(len(gold)),), gap, n_resamples=200, method="percentile", vectorized=False, rng=rng(1)
    ).confidence_interval
    width = wanted.high - wanted.low
    wider = math.sqrt(1 + 2 / found.differing)
    middle = found.difference
    assert [(x - middle) / wider for x in found.interval(0.95)] == pytest.approx(
        [wanted.low - middle, wanted.high - middle], abs=0.15 * width
    )


def test_a_class_that_occurs_nowhere_is_left_out() -> None:
    gold, answers = [0, 0, 2, 2] * 5, [0, 2, 2, 2] * 5
    assert paired_macro_f1(gold, gold, answers).difference == pytest.approx(
        1 - f1_score(gold, answers, average="macro", labels=[0, 2])
    )


def test_macro_f1_of_like_answers_gives_few_false_alarms() -> None:
    """Both err alike: 300 samples, the error of the rate itself is 1.3 points."""
    draw, called = rng(8), 0
    for _sample in range(300):
        gold = draw.integers(0, 3, 200)
        first, second = (np.where(draw.random(200) < 0.8, gold, draw.integers(0, 3, 200)) for _one in range(2))
        called += paired_macro_f1(gold, first, second, draws=1000).p_value <= 0.05
    assert 0.01 <= called / 300 <= 0.09


def test_the_interval_of_one_mean() -> None:
    values = rng(9).beta(0.5, 0.5, 200)
    wanted = bootstrap((values,), np.mean, method="percentile", rng=rng(1)).confidence_interval
    assert mean_interval(values.tolist(), 0.95) == pytest.approx((wanted.low, wanted.high), abs=0.005)


def test_a_number_without_draws_beyond_is_told_by_the_last() -> None:
    found = Bootstrapped(0.5, 50, 50, np.linspace(-0.1, 0.1, 99), (-1.0, 1.0))
    assert found.interval(0.9999) == pytest.approx((0.4, 0.6))
    assert found.p_value > 0
