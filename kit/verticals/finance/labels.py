"""Probabilities of labels, from what a model or a baseline said to a row."""

from __future__ import annotations

import math

from kit.measure.record import Record
from kit.result import Result


def probabilities(record: Record, result: Result) -> dict[str, float]:
    """Return the probability of each label, adding up to 1; empty where only an answer is known."""
    labels = record.choices or tuple(str(label) for label in result.facts.get("labels") or ())
    if len(labels) != len(record.logprobs) or not labels:
        return {}
    most = max(record.logprobs)
    if not math.isfinite(most):
        return {}
    powers = [math.exp(value - most) for value in record.logprobs]
    return {label: power / math.fsum(powers) for label, power in zip(labels, powers, strict=True)}
