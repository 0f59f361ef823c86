"""Thresholds against scikit-learn's curve, and what is said of new rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve

from kit.errors import ParameterError
from kit.measure.thresholds import find_threshold


def rows(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    positive = random.random(n) < 0.3
    return 1 / (1 + np.exp(-(random.normal(size=n) + 2 * positive - 1))).round(2), positive


@pytest.mark.parametrize("asked", [{"precision": 0.6}, {"precision": 0.9}, {"recall": 0.5}, {"recall": 0.95}])
def test_it_costs_least_of_the_other_on_scikit_learns_curve(asked: dict[str, float]) -> None:
    probability, positive = rows(400)
    found = find_threshold("fraud", probability, positive, **asked)
    precision, recall, _values = precision_recall_curve(positive, probability)
    (name, least), other = next(iter(asked.items())), "recall" if "precision" in asked else "precision"
    curve = {"precision": precision[:-1], "recall": recall[:-1]}
    assert getattr(found, other) == pytest.approx(curve[other][curve[name] >= least].max())
    assert getattr(found, name) >= least


def test_what_is_told_is_what_the_threshold_gives() -> None:
    probability, positive = rows(300)
    found = find_threshold("fraud", probability, positive, recall=0.9)
    assert found.value is not None
    flagged = probability >= found.value
    assert found.flagged == flagged.sum()
    assert found.precision == pytest.approx(positive[flagged].mean())
    assert found.recall == pytest.approx(flagged[positive].mean())
    assert (found.value_low or 1) <= found.value <= (found.value_high or 0)
    assert (found.recall_low or 1) <= 0.9 <= (found.recall_high or 0)


def test_rows_with_the_same_probability_are_flagged_together() -> None:
    found = find_threshold("a", [0.9, 0.5, 0.5, 0.1], [True, True, False, False], precision=0.7)
    assert (found.value, found.flagged, found.recall) == (0.9, 1, 0.5)


def test_the_expectation_is_what_new_rows_show() -> None:
    """Chosen on few rows, precision is worse on new ones; the expectation tells how much, on average."""
    new_probability, new_positive = rows(200_000, seed=99)
    here, expected, there = [], [], []
    for seed in range(30):
        found = find_threshold("fraud", *rows(120, seed), precision=0.9)
        if found.value is not None:
            here.append(found.precision)
            expected.append(found.expected)
            there.append(new_positive[new_probability >= found.value].mean())
    assert np.mean(here) - np.mean(there) > 0.03
    assert np.mean(expected) == pytest.approx(np.mean(there), abs=0.03)


def test_what_cannot_be_reached_is_said() -> None:
    found = find_threshold("fraud", [0.9, 0.8, 0.3], [False, True, False], precision=0.9)
    assert found.value is None
    assert found.expected is None
    assert "90% precision of 'fraud' is not reachable on these 3 rows: 50% is the most." in found.sentence


def test_the_sentence_has_the_numbers() -> None:
    found = find_threshold("fraud", *rows(300), precision=0.8)
    assert f"from a probability of {found.value:.3g} on" in found.sentence
    assert f"{found.precision:.0%} precision" in found.sentence
    assert f"at {found.recall:.0%} recall" in found.sentence
    assert f"expect {found.expected:.0%} precision" in found.sentence


@pytest.mark.parametrize(
    "asked", [{}, {"precision": 0.5, "recall": 0.5}, {"precision": 0.0}, {"recall": 1.1}, {"recall": float("nan")}]
)
def test_exactly_one_share_is_asked_for(asked: dict[str, float]) -> None:
    with pytest.raises(ParameterError):
        find_threshold("a", [0.5, 0.6], [True, False], **asked)


def test_a_label_that_no_row_has_is_refused() -> None:
    with pytest.raises(ParameterError, match="one that some row has"):
        find_threshold("a", [0.5, 0.6], [False, False], precision=0.5)
