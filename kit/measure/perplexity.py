"""How well a model expects plain text: perplexity of a token, a word and a byte, and bits for each byte."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from kit.engines import Score

MOST_ROWS = 100  # texts read where the rows are not there for being read; quantization shows on far fewer

_BLANKS = re.compile(r"\s+")


def perplexity(scores: Sequence[Score]) -> tuple[float, float]:
    """Return the perplexity of each token of some texts and its standard error.

    exp(-sum of log-probabilities / number of tokens). The standard error is that of the ratio of sums (delta method),
    texts taken as the sample.

    Parameters
    ----------
    scores : sequence of Score
        One for each text, read on its own, its first token predicted from the beginning of text.
    """
    mean, stderr = _nats_each([score.logprob for score in scores], [score.tokens for score in scores])
    return math.exp(mean), math.exp(mean) * stderr


def text_metrics(texts: Sequence[str], scores: Sequence[Score]) -> dict[str, float]:
    """Return every measure of how well texts were expected, each with its standard error.

    Words and bytes are counted as lm-evaluation-harness counts them: words between blanks, bytes of UTF-8. Unlike the
    perplexity of a token, these do not depend on how a model cuts text into tokens.
    """
    logprobs = [score.logprob for score in scores]
    words = _nats_each(logprobs, [len(_BLANKS.split(text)) for text in texts])
    each_byte = _nats_each(logprobs, [len(text.encode()) for text in texts])
    value, stderr = perplexity(scores)
    return {
        "perplexity": value,
        "perplexity_stderr": stderr,
        "word_perplexity": _exp(words[0]),
        "word_perplexity_stderr": _exp(words[0]) * words[1],
        "byte_perplexity": math.exp(each_byte[0]),
        "byte_perplexity_stderr": math.exp(each_byte[0]) * each_byte[1],
        "bits_per_byte": each_byte[0] / math.log(2),
        "bits_per_byte_stderr": each_byte[1] / math.log(2),
    }


def _nats_each(logprobs: Sequence[float], units: Sequence[int]) -> tuple[float, float]:
    """Return minus the log-probability of a unit over all texts, and its standard error."""
    total = sum(units)
    mean = -math.fsum(logprobs) / total
    n = len(units)
    if n < 2:
        return mean, 0.0
    residuals = math.fsum((-x - mean * size) ** 2 for x, size in zip(logprobs, units, strict=True))
    return mean, math.sqrt(residuals * n / (n - 1)) / total


def _exp(nats: float) -> float:
    return math.exp(min(nats, 700.0))  # a text without blanks is one word, of any improbability
