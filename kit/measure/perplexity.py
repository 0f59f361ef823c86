"""Perplexity of plain text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from kit.engines import Engine

MOST_ROWS = 100  # texts read; quantization shows on far fewer


def perplexity(
    engine: Engine, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
) -> tuple[float, float]:
    """Return the perplexity of each token of `texts` and its standard error.

    exp(-sum of log-probabilities / number of tokens), each text read on its own, its first token predicted from the
    beginning of text. The standard error is that of the ratio of sums (delta method), texts taken as the sample.
    """
    scores = [row[0] for row in engine.score([""] * len(texts), [[text] for text in texts], on_progress=on_progress)]
    tokens = sum(score.tokens for score in scores)
    mean = -math.fsum(score.logprob for score in scores) / tokens
    value = math.exp(mean)
    n = len(scores)
    if n < 2:
        return value, 0.0
    residuals = math.fsum((-score.logprob - mean * score.tokens) ** 2 for score in scores)
    stderr = math.sqrt(residuals * n / (n - 1)) / tokens
    return value, value * stderr
