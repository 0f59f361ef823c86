"""What mistakes cost, and the decision that costs least."""

from __future__ import annotations

import numpy as np
import pytest

from kit.errors import ParameterError, UnknownNameError
from kit.measure.costing import cost_matrix, cost_metrics
from kit.measure.costs import Cost, check_costs
from kit.measure.probability import softmax

LABELS = ("fraud", "odd", "fine")


def test_wrong_answers_cost_one_where_nothing_is_said() -> None:
    assert cost_matrix((), LABELS).tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]


def test_what_names_more_counts_more() -> None:
    costs = (
        Cost(gold="fraud", answer="fine", cost=50),
        Cost(gold="fraud", cost=20),
        Cost(answer="fraud", cost=3),
        Cost(gold="fine", answer="fine", cost=-1),
    )
    assert cost_matrix(costs, LABELS).tolist() == [[0, 20, 50], [3, 0, 1], [3, 1, -1]]


def test_the_mean_cost_is_one_minus_accuracy_where_all_mistakes_cost_one() -> None:
    random = np.random.default_rng(0)
    rows = [softmax(row) for row in random.normal(size=(50, 3))]
    gold = random.integers(0, 3, 50).tolist()
    metrics, facts = cost_metrics(rows, gold, (), LABELS)
    wrong = [row.argmax() != g for row, g in zip(rows, gold, strict=True)]
    assert metrics["cost_mean"] == metrics["cost_mean_best_decision"] == pytest.approx(np.mean(wrong))
    assert metrics["cost_mean_stderr"] == pytest.approx(np.std(wrong, ddof=1) / 50**0.5)
    assert facts["changed"] == 0


def test_the_best_decision_costs_least_where_probabilities_are_right() -> None:
    random = np.random.default_rng(1)
    rows = [softmax(row) for row in random.normal(size=(4000, 3)) * 1.5]
    gold = [int(random.choice(3, p=row)) for row in rows]
    costs = (Cost(gold="fraud", cost=20), Cost(gold="odd", answer="fraud", cost=2))
    metrics, facts = cost_metrics(rows, gold, costs, LABELS)
    matrix = cost_matrix(costs, LABELS)
    least = np.mean([(row @ matrix).min() for row in rows])  # what it must cost, by the probabilities themselves
    assert metrics["cost_mean_best_decision"] == pytest.approx(least, abs=4 * metrics["cost_mean_best_decision_stderr"])
    assert metrics["cost_mean_best_decision"] < facts["cheapest_label_cost"] < metrics["cost_mean"]
    assert facts["cheapest_label"] == "fraud"
    assert facts["changed"] > 400


def test_costs_that_contradict_each_other_or_name_no_label_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"costs\[1\]"):
        check_costs((Cost(gold="fraud", cost=1), Cost(gold="fraud", cost=2)))
    with pytest.raises(UnknownNameError, match="fraud"):
        check_costs((Cost(gold="fruad", cost=1),), LABELS)
