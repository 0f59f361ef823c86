"""From the log-probabilities of labels to probabilities, and from scores of rows to a mean with its standard error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy

Distribution = numpy.ndarray[Any, numpy.dtype[numpy.float64]]


def softmax(logprobs: Sequence[float]) -> Distribution:
    """Return the probabilities of the labels of one row; they add up to 1, whatever lies outside the labels."""
    values = numpy.asarray(logprobs, dtype=numpy.float64)
    powers = numpy.exp(values - values.max())
    found: Distribution = powers / powers.sum()
    return found


def mean_and_stderr(values: Sequence[float] | numpy.ndarray) -> tuple[float, float]:
    """Return the mean of the rows and its standard error, s / sqrt(n)."""
    found = numpy.asarray(values, dtype=numpy.float64)
    return float(found.mean()), float(found.std(ddof=1)) / math.sqrt(found.size) if found.size > 1 else 0.0
