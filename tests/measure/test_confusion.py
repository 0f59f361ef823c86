"""The confusion matrix against scikit-learn, and how often its intervals hold."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from kit.measure.confusion import Confusion, Share, confusion_of
from kit.measure.interval import wilson

LABELS = ("a", "b", "c", "never")


def answers(rows: int, seed: int = 0) -> tuple[list[int], list[int]]:
    random = np.random.default_rng(seed)
    gold = random.choice(3, rows, p=(0.6, 0.3, 0.1))
    return gold.tolist(), np.where(random.random(rows) < 0.7, gold, random.integers(0, 3, rows)).tolist()


def test_matrix_and_scores_are_those_of_scikit_learn() -> None:
    gold, predicted = answers(200)
    found = confusion_of(gold, predicted, LABELS)
    assert np.array_equal(found.matrix, confusion_matrix(gold, predicted, labels=range(4)))
    assert found.rows == 200
    expected = precision_recall_fscore_support(gold, predicted, labels=range(3))
    for place, scores in enumerate(found.scores()[:3]):
        values = (scores.precision.value, scores.recall.value, scores.f1.value, scores.rows)
        assert values == pytest.approx([column[place] for column in expected])


def test_a_label_that_never_occurs_has_no_scores() -> None:
    scores = confusion_of([0, 1], [0, 1], LABELS).scores()[3]
    assert scores.precision == scores.recall == scores.f1 == Share(None, None, None)


@pytest.mark.parametrize(("k", "n"), [(0, 7), (7, 7), (3, 10), (190, 200)])
def test_the_interval_is_wilsons(k: int, n: int) -> None:
    expected = binomtest(k, n).proportion_ci(method="wilson")
    assert wilson(k, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_interval_of_f1_holds_19_times_in_20() -> None:
    wide = confusion_of(*answers(400_000, seed=9), LABELS).scores()[1].f1.value
    assert wide is not None
    inside = 0
    for seed in range(400):
        f1 = confusion_of(*answers(150, seed), LABELS).scores()[1].f1
        inside += (f1.low or 0) <= wide <= (f1.high or 0)
    assert inside / 400 == pytest.approx(0.95, abs=0.025)


def test_the_most_frequent_mistakes_come_first() -> None:
    found = confusion_of([0, 0, 0, 1, 2], [1, 1, 0, 2, 2], LABELS)
    assert found.most_confused() == (("a", "b", 2), ("b", "c", 1))


def test_it_goes_through_json() -> None:
    found = confusion_of(*answers(50), LABELS)
    assert Confusion.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_it_shows_what_is_most_often_mistaken() -> None:
    found = confusion_of([0, 0, 1, 1, 1], [0, 1, 0, 0, 1], ("up", "down"))
    assert repr(found) == "5 rows; most often mistaken: down taken for up (2), up taken for down (1)"
    assert repr(confusion_of([0, 1], [0, 1], ("up", "down"))) == "2 rows, each with the right label"
