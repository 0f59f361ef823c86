"""Perplexity of plain text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kit.engines import Score

MOST_ROWS = 100  # texts read; quantization shows on far fewer


def perplexity(scores: Sequence[Score]) -> tuple[float, float]:
    """Return the perplexity of each token of some texts and its standard error.

    exp(-sum of log-probabilities / number of tokens). The standard error is that of the ratio of sums (delta method),
    texts taken as the sample.

    Parameters
    ----------
    scores : sequence of Score
        One for each text, read on its own, its first token predicted from the beginning of text.
    """
    tokens = sum(score.tokens for score in scores)
    mean = -math.fsum(score.logprob for score in scores) / tokens
    value = math.exp(mean)
    n = len(scores)
    if n < 2:
        return value, 0.0
    residuals = math.fsum((-score.logprob - mean * score.tokens) ** 2 for score in scores)
    stderr = math.sqrt(residuals * n / (n - 1)) / tokens
    return value, value * stderr
