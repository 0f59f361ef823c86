"""What the probabilities behind answers are worth: all of it in one call, for the pass that scores rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kit.measure.calibration import calibration_of, calibration_scores
from kit.measure.confusion import confusion_of
from kit.measure.costing import cost_matrix, cost_metrics, cost_scores
from kit.measure.costs import Cost
from kit.measure.probability import softmax


@dataclass(frozen=True)
class Worth:
    """What was found.

    Parameters
    ----------
    metrics : dict
        For the result, with standard errors.
    facts : dict
        For the result: "calibration" and, for labels, "confusion" and "costs".
    scores : dict of str to list of float
        What each row counts for the metrics that are means over rows, for its record.
    """

    metrics: dict[str, float]
    facts: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, list[float]] = field(default_factory=dict)


def worth_of_choices(logprobs: Sequence[Sequence[float]], gold: Sequence[int]) -> Worth:
    """Return what the probabilities of choices are worth.

    Parameters
    ----------
    logprobs : sequence of sequence of float
        Of the labels or choices of each row; rows may have different numbers of them.
    gold : sequence of int
        Which one is right.
    """
    rows = [softmax(row) for row in logprobs]
    found = calibration_of(rows, gold)
    return Worth(found.metrics(), {"calibration": found.facts()}, calibration_scores(rows, gold))


def worth_of_labels(
    logprobs: Sequence[Sequence[float]], gold: Sequence[int], labels: Sequence[str], costs: Sequence[Cost] = ()
) -> Worth:
    """Return what the probabilities of labels are worth, what is taken for what, and what the mistakes cost.

    Parameters
    ----------
    logprobs, gold
        As in `worth_of_choices`; every row has all `labels`.
    labels : sequence of str
        Their names.
    costs : sequence of Cost, default ()
        Where there are none, nothing is said of costs.
    """
    found = worth_of_choices(logprobs, gold)
    rows = [softmax(row) for row in logprobs]
    predicted = [int(row.argmax()) for row in rows]
    facts = {**found.facts, "confusion": confusion_of(gold, predicted, labels).to_dict()}
    if not costs:
        return Worth(found.metrics, facts, found.scores)
    metrics, cost_facts = cost_metrics(rows, gold, costs, labels)
    per_row = cost_scores(rows, gold, cost_matrix(costs, labels))
    scores = found.scores | {name: values.tolist() for name, values in per_row.items()}
    return Worth(found.metrics | metrics, {**facts, "costs": cost_facts}, scores)
