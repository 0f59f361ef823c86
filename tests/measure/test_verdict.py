"""Verdicts: the test against SciPy, the interval by simulation, the words."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import binomtest

from kit.errors import ParameterError
from kit.measure.verdict import compare, mcnemar_exact, paired_interval, reference_verdict


@pytest.mark.parametrize("only_a", [0, 1, 2, 5, 9, 10, 30, 400])
@pytest.mark.parametrize("only_b", [0, 1, 3, 5, 10, 21, 60, 380])
def test_mcnemar_equals_scipys_binomial_test(only_a: int, only_b: int) -> None:
    n = only_a + only_b
    wanted = binomtest(only_a, n, 0.5).pvalue if n else 1.0
    assert mcnemar_exact(only_a, only_b) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(
    ("n", "right", "only_new", "only_reference"),
    [
        (40, 0.6, 0.1, 0.1),
        (100, 0.7, 0.12, 0.04),
        (300, 0.8, 0.05, 0.05),
        (300, 0.5, 0.2, 0.1),
        (1000, 0.9, 0.02, 0.03),
    ],
)
def test_the_interval_covers_the_truth_95_times_in_100(
    n: int, right: float, only_new: float, only_reference: float
) -> None:
    """Two thousand samples of n rows; the binomial error of the coverage itself is half a point."""
    cells = [right, only_new, only_reference, 1 - right - only_new - only_reference]
    draws = np.random.default_rng(7).multinomial(n, cells, size=2000)
    truth = only_new - only_reference
    intervals = [paired_interval(int(draw[1]), int(draw[2]), n) for draw in draws]
    covered = np.mean([low <= truth <= high for low, high in intervals])
    assert 0.93 <= covered <= 0.97


def test_the_interval_equals_the_published_formula() -> None:
    """Agresti and Min (2005): Wald's interval of the table with half a row added to each cell."""
    both, new, reference, neither = 50.5, 12.5, 5.5, 35.5
    n = both + new + reference + neither
    delta = new / n - reference / n
    variance = (new / n + reference / n - delta**2) / n
    low, high = paired_interval(12, 5, 102)
    assert (low, high) == pytest.approx((delta - 1.959964 * variance**0.5, delta + 1.959964 * variance**0.5), abs=1e-6)


def test_the_interval_stays_within_the_possible() -> None:
    assert paired_interval(1, 0, 1)[1] <= 1
    assert paired_interval(0, 1, 1)[0] >= -1
    assert paired_interval(0, 0, 500)[0] < 0 < paired_interval(0, 0, 500)[1], "no disagreement is no certainty"


def _pair(n: int, only_new: int, only_reference: int) -> tuple[list[bool], list[bool]]:
    new = [True] * only_new + [False] * only_reference + [True] * (n - only_new - only_reference)
    reference = [False] * only_new + [True] * only_reference + [True] * (n - only_new - only_reference)
    return new, reference


@pytest.mark.parametrize(
    ("only_new", "only_reference", "seconds", "kind", "sentence"),
    [
        (2, 21, 0.5, "worse", "2.0× faster, 9.5 points worse (-14 to -4.8 points)"),
        (21, 2, 2.0, "better", "2.0× slower, 9.5 points better (+4.8 to +14 points)"),
        (5, 4, 1.1, "no evidence", "as fast, no evidence of a difference in accuracy (-2.6 to +3.6 points)"),
        (0, 0, 0.9, "no evidence", "as fast, no evidence of a difference in accuracy (-1 to +1 points)"),
        (2, 21, None, "worse", "9.5 points worse (-14 to -4.8 points)"),
    ],
)
def test_every_kind_of_sentence(
    only_new: int, only_reference: int, seconds: float | None, kind: str, sentence: str
) -> None:
    new, reference = _pair(200, only_new, only_reference)
    verdict = compare(new, reference, seconds=seconds, reference_s=1.0)
    assert verdict.kind == kind
    assert verdict.sentence == sentence
    assert verdict.delta_acc == pytest.approx((only_new - only_reference) / 200)
    assert verdict.delta_acc_low <= verdict.delta_acc <= verdict.delta_acc_high
    assert verdict.speed_ratio == (None if seconds is None else pytest.approx(1 / seconds))
    assert (verdict.p_value <= 0.05) == (kind in ("better", "worse"))
    assert json.loads(json.dumps(verdict.to_dict()))["sentence"] == sentence


@pytest.mark.parametrize(("ratio", "words"), [(1.19, "as fast"), (1.21, "1.2× faster"), (1 / 1.21, "1.2× slower")])
def test_a_fifth_is_no_difference_in_speed(ratio: float, words: str) -> None:
    new, reference = _pair(50, 0, 0)
    assert compare(new, reference, seconds=1.0, reference_s=ratio).sentence.startswith(words + ",")


def test_a_comparison_is_paired() -> None:
    """Equal accuracies, and equal answers, are two different things."""
    same = compare([True, False] * 50, [True, False] * 50)
    crossed = compare([True, False] * 50, [False, True] * 50)
    assert same.delta_acc == crossed.delta_acc == 0
    assert crossed.delta_acc_high > 5 * same.delta_acc_high


def test_rows_that_are_not_the_same_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"right=\[True, False\].*as many rows as reference has \(1\)"):
        compare([True, False], [True])
    with pytest.raises(ParameterError, match="at least one"):
        compare([], [])


def test_the_reference_is_itself() -> None:
    verdict = reference_verdict()
    assert (verdict.kind, verdict.sentence, verdict.speed_ratio) == ("reference", "reference", 1.0)
