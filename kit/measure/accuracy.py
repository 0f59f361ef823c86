"""What the model chose, accuracy and macro-F1, with standard errors."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from kit.engines import Score


def likeliest(scores: Sequence[Score]) -> int:
    """Return the position of the continuation with the highest probability, the first among equals."""
    return max(range(len(scores)), key=lambda i: scores[i].logprob)


def likeliest_for_length(scores: Sequence[Score], choices: Sequence[str]) -> int:
    """Return the same with each log-probability divided by the characters of its choice: lm-eval's ``acc_norm``.

    A long choice has a low probability for its length alone.
    """
    return max(range(len(scores)), key=lambda i: scores[i].logprob / len(choices[i]))


def accuracy(gold: Sequence[int], predicted: Sequence[int]) -> tuple[float, float]:
    """Return the share of right answers and its standard error, sqrt(p (1 - p) / (n - 1)).

    It is computed in the steps that lm-eval takes, so that both agree to the last digit.
    """
    n = len(gold)
    right = [float(g == p) for g, p in zip(gold, predicted, strict=True)]
    share = sum(right) / n
    if n < 2:
        return share, 0.0
    return share, math.sqrt(sum([(x - share) ** 2 for x in right]) / (n - 1)) / math.sqrt(n)


def macro_f1(gold: Sequence[int], predicted: Sequence[int], classes: int) -> float:
    """Return the mean over classes of F1 = 2 TP / (2 TP + FP + FN); a class that never occurs at all is left out."""
    right, given, held = [0] * classes, [0] * classes, [0] * classes
    for g, p in zip(gold, predicted, strict=True):
        held[g] += 1
        given[p] += 1
        right[g] += g == p
    scores = [2 * right[c] / (given[c] + held[c]) for c in range(classes) if given[c] + held[c]]
    return math.fsum(scores) / len(scores)


def macro_f1_stderr(
    gold: Sequence[int], predicted: Sequence[int], classes: int, *, draws: int = 200, seed: int = 0
) -> float:
    """Return the standard deviation of macro-F1 over bootstrap samples of the rows (Efron 1979)."""
    n, draw = len(gold), random.Random(seed)
    values = []
    for _ in range(draws):
        rows = draw.choices(range(n), k=n)
        values.append(macro_f1([gold[i] for i in rows], [predicted[i] for i in rows], classes))
    mean = math.fsum(values) / draws
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (draws - 1))
