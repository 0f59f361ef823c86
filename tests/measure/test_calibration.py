"""Brier score, log loss and calibration error against scikit-learn, and what a calibrated model shows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss

from kit.measure.calibration import Calibration, calibration_error, calibration_of, calibration_scores, edges
from kit.measure.probability import softmax


def drawn(rows: int, labels: int, *, sharper: float = 1.0, seed: int = 0) -> tuple[list[np.ndarray], list[int]]:
    """Probabilities of labels, and right answers that fall as those of `sharper` 1 say."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(rows, labels)) * 1.5
    gold = [int(random.choice(labels, p=softmax(row))) for row in logits]
    return [softmax(row * sharper) for row in logits], gold


def test_two_labels_have_twice_the_brier_score_of_scikit_learn() -> None:
    rows, gold = drawn(300, 2)
    expected = brier_score_loss(gold, [row[1] for row in rows])
    assert calibration_of(rows, gold).brier_score == pytest.approx(2 * expected, rel=1e-12)


def test_several_labels_have_the_brier_score_and_log_loss_of_scikit_learn() -> None:
    rows, gold = drawn(300, 4)
    found = calibration_of(rows, gold)
    assert found.brier_score == pytest.approx(brier_score_loss(gold, np.array(rows), scale_by_half=False), rel=1e-12)
    assert found.log_loss == pytest.approx(sklearn_log_loss(gold, np.array(rows)), rel=1e-9)
    assert found.brier_score_stderr == pytest.approx(np.std(calibration_scores(rows, gold)["brier_score"]) / 299**0.5)


def test_rows_may_have_different_numbers_of_choices() -> None:
    rows = [np.array([0.5, 0.5]), np.array([0.2, 0.2, 0.6])]
    assert calibration_scores(rows, [0, 1])["brier_score"] == pytest.approx([0.5, 0.04 + 0.64 + 0.36])


@pytest.mark.parametrize(("equal", "strategy"), [("width", "uniform"), ("rows", "quantile")])
def test_the_bins_are_those_of_scikit_learn(equal: str, strategy: str) -> None:
    rows, gold = drawn(500, 3)
    confidence = [row.max() for row in rows]
    right = [row.argmax() == g for row, g in zip(rows, gold, strict=True)]
    accuracy, mean = calibration_curve(right, confidence, n_bins=10, strategy=strategy)
    bins = calibration_of(rows, gold, bins=10, equal=equal).bins
    assert [found.accuracy for found in bins] == pytest.approx(accuracy)
    assert [found.confidence for found in bins] == pytest.approx(mean)
    assert sum(found.rows for found in bins) == 500
    assert all(found.accuracy_low <= found.accuracy <= found.accuracy_high for found in bins)


def test_the_error_is_the_mean_gap_of_the_bins() -> None:
    rows, gold = drawn(400, 3, sharper=2)
    found = calibration_of(rows, gold)
    gaps = [bin.rows * abs(bin.accuracy - bin.confidence) for bin in found.bins]
    assert found.ece == pytest.approx(sum(gaps) / 400)


def test_what_lies_above_chance_tells_too_sure_from_calibrated() -> None:
    calibrated, too_sure = (calibration_of(*drawn(2000, 3, sharper=sharper)) for sharper in (1, 3))
    assert abs(calibrated.ece - calibrated.ece_by_chance) < 2 * calibrated.ece_stderr
    assert too_sure.ece - too_sure.ece_by_chance > 5 * too_sure.ece_stderr
    assert calibrated.brier_score < too_sure.brier_score


def test_the_standard_error_is_that_of_new_samples() -> None:
    """The bootstrap's against the scatter over samples that are really new."""
    ends = edges(np.array([]))
    errors, told = [], []
    for seed in range(60):
        rows, gold = drawn(300, 2, sharper=2, seed=seed)
        right = np.array([row.argmax() == g for row, g in zip(rows, gold, strict=True)], float)
        errors.append(calibration_error(np.array([row.max() for row in rows]), right, ends))
        if seed < 10:
            told.append(calibration_of(rows, gold).ece_stderr)
    assert np.mean(told) == pytest.approx(np.std(errors), rel=0.3)


def test_one_row_and_certain_answers_are_no_error() -> None:
    found = calibration_of([np.array([1.0, 0.0])], [1])
    assert (found.brier_score, found.ece) == (2, 1)
    assert np.isfinite(found.log_loss)
    assert found.brier_score_stderr == 0


def test_it_comes_back_from_a_result() -> None:
    found = calibration_of(*drawn(100, 3))
    assert Calibration.from_result(found.metrics(), found.facts()) == found


def test_softmax_stands_very_small_probabilities() -> None:
    assert softmax([-2000.0, -2001.0]) == pytest.approx([0.7310586, 0.2689414])


def test_it_shows_as_a_sentence() -> None:
    found = calibration_of([np.array([0.9, 0.1]), np.array([0.6, 0.4])] * 10, [0, 1] * 10)
    assert repr(found).startswith(f"20 rows: calibration error {found.ece:.1%} (of which chance explains ")
    assert f"Brier score {found.brier_score:.3f}" in repr(found)
