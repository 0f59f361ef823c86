"""What mistakes cost: with the likeliest label, and with the one whose expected cost is least."""

from __future__ import annotations

from collections.abc import Sequence

import numpy

from kit.measure.costs import Cost, check_costs
from kit.measure.probability import Distribution, mean_and_stderr


def cost_matrix(costs: Sequence[Cost], labels: Sequence[str]) -> numpy.ndarray:
    """Return the cost of each answer (column) for each right label (row).

    A right answer costs 0 and a wrong one 1 where `costs` does not say otherwise; of several that fit, the one that
    names more counts, the right label before the answer.
    """
    check_costs(costs, labels)
    matrix = 1.0 - numpy.eye(len(labels))
    for cost in sorted(costs, key=lambda cost: 2 * bool(cost.gold) + bool(cost.answer)):
        rows = [labels.index(cost.gold)] if cost.gold else range(len(labels))
        columns = [labels.index(cost.answer)] if cost.answer else range(len(labels))
        for row in rows:
            for column in columns:
                if row != column or (cost.gold and cost.answer):
                    matrix[row, column] = cost.cost
    return matrix


def cost_scores(rows: Sequence[Distribution], gold: Sequence[int], matrix: numpy.ndarray) -> dict[str, numpy.ndarray]:
    """Return what each row costs: with the likeliest label, and with the one whose expected cost is least.

    Parameters
    ----------
    rows : sequence of array
        The probabilities of the labels.
    gold : sequence of int
        The right labels.
    matrix : ndarray
        From `cost_matrix`.
    """
    table = numpy.asarray(rows)
    right = numpy.asarray(gold)
    likeliest, decided = table.argmax(axis=1), (table @ matrix).argmin(axis=1)
    return {"cost_mean": matrix[right, likeliest], "cost_mean_best_decision": matrix[right, decided]}


def cost_metrics(
    rows: Sequence[Distribution], gold: Sequence[int], costs: Sequence[Cost], labels: Sequence[str]
) -> tuple[dict[str, float], dict[str, object]]:
    """Return the mean cost of both decisions with standard errors, and facts on how they came about.

    The facts hold the matrix, how many answers the second decision changes, and what always giving the one label that
    is cheapest on these rows would cost: a model that costs more is worth nothing here.
    """
    matrix = cost_matrix(costs, labels)
    scores = cost_scores(rows, gold, matrix)
    metrics: dict[str, float] = {}
    for name, values in scores.items():
        metrics[name], metrics[f"{name}_stderr"] = mean_and_stderr(values)
    table = numpy.asarray(rows)
    always = matrix[numpy.asarray(gold)].mean(axis=0)
    facts: dict[str, object] = {
        "labels": list(labels),
        "matrix": matrix.tolist(),
        "changed": int((table.argmax(axis=1) != (table @ matrix).argmin(axis=1)).sum()),
        "cheapest_label": labels[int(always.argmin())],
        "cheapest_label_cost": float(always.min()),
    }
    return metrics, facts
