"""Coverage and accuracy against counting by hand, and the threshold that nothing of the test rows goes into."""

from __future__ import annotations

import math
import random

import numpy
import pytest
from scipy.stats import binomtest

from kit.measure.record import Record
from kit.verticals.medical.confidence import believed, curve, for_accuracy, for_coverage, held


@pytest.fixture
def rows() -> tuple[numpy.ndarray, numpy.ndarray]:
    """Answers that are right about as often as their probability says."""
    random = numpy.random.default_rng(3)
    confidence = random.uniform(0.5, 1, 160)
    return confidence, random.random(160) < confidence


def test_the_curve_is_the_accuracy_of_the_surest(rows: tuple[numpy.ndarray, numpy.ndarray]) -> None:
    confidence, right = rows
    found = curve(confidence, right)
    by_hand = sorted(zip(confidence, right, strict=True), reverse=True)
    for share, accuracy, low, high in zip(found.coverage, found.accuracy, found.low, found.high, strict=True):
        surest = by_hand[: round(share * 160)]
        assert accuracy == pytest.approx(sum(bool(each) for _p, each in surest) / len(surest))
        assert low <= accuracy <= high
    assert found.coverage[-1] == 1
    assert found.coverage == tuple(sorted(set(found.coverage)))
    assert curve(confidence, right) == found  # the same seed, the same band


def test_the_band_holds_the_truth_as_often_as_it_says() -> None:
    """Accuracy of the surer half, over 200 worlds whose truth is known: 0.875."""
    inside = 0
    for seed in range(200):
        random = numpy.random.default_rng(seed)
        confidence = random.uniform(0.5, 1, 120)
        found = curve(confidence, random.random(120) < confidence, seed=seed)
        place = found.coverage.index(0.5)
        inside += found.low[place] <= 0.875 <= found.high[place]
    assert 0.90 <= inside / 200 <= 0.99


@pytest.mark.parametrize("wanted", [0.01, 0.3, 0.5, 0.8, 1.0])
def test_a_threshold_for_a_coverage_covers_no_less(rows: tuple[numpy.ndarray, numpy.ndarray], wanted: float) -> None:
    confidence, right = rows
    threshold = for_coverage(confidence, wanted)
    assert held(confidence, right, threshold).answered == math.ceil(wanted * 160)
    above = held(confidence, right, math.nextafter(threshold, 2))
    assert above.answered / 160 < wanted


def test_a_threshold_for_an_accuracy_is_the_lowest_that_reaches_it(rows: tuple[numpy.ndarray, numpy.ndarray]) -> None:
    confidence, right = rows
    threshold = for_accuracy(confidence, right, 0.85)
    assert threshold is not None
    for each in confidence:
        given = confidence >= each
        if given.sum() >= 10 and right[given].mean() >= 0.85:
            assert threshold <= each
    reached = held(confidence, right, threshold)
    assert reached.right / reached.answered >= 0.85
    assert for_accuracy(confidence, numpy.zeros(160, dtype=bool), 0.5) is None
    assert for_accuracy(confidence, numpy.arange(160) == confidence.argmax(), 1.0) is None  # one row is no evidence


def test_what_a_threshold_gives(rows: tuple[numpy.ndarray, numpy.ndarray]) -> None:
    confidence, right = rows
    found = held(confidence, right, 0.75)
    assert found.answered == sum(each >= 0.75 for each in confidence)
    assert found.right + found.unsure_right == right.sum()
    value, low, high = found.accuracy
    expected = binomtest(found.right, found.answered).proportion_ci(0.95, method="wilson")
    assert (value, low, high) == pytest.approx((found.right / found.answered, expected.low, expected.high))
    nothing = held(confidence, right, 1.0 + 1e-9)
    assert (nothing.answered, nothing.accuracy) == (0, (0.0, 0.0, 1.0))


def test_confidence_is_the_share_of_the_likeliest_answer() -> None:
    draw = random.Random(1)
    logprobs = [tuple(-draw.random() * 4 for _answer in range(3)) for _row in range(5)]
    records = [Record(row=i, hash="", logprobs=each, scores={"acc": float(i % 2)}) for i, each in enumerate(logprobs)]
    confidence, right = believed(records)
    for value, each in zip(confidence, logprobs, strict=True):
        assert value == pytest.approx(math.exp(max(each)) / sum(map(math.exp, each)))
    assert right.tolist() == [False, True, False, True, False]
