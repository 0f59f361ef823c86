"""What the model says to a case: a probability for each answer, and whether that is enough to give one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.i18n import N_, _

# Of probabilities, in words: from this one on.
_WORDS = (
    (0.99, N_("almost certain")),
    (0.9, N_("very likely")),
    (0.75, N_("likely")),
    (0.6, N_("rather likely")),
    (0.0, N_("about as likely as not")),
)


@dataclass(frozen=True)
class Opinion:
    """What came of a question.

    Parameters
    ----------
    answers : tuple of str
        Among which was chosen.
    probabilities : tuple of float
        Of each; they add up to 1.
    threshold : float
        From which on there is an answer.
    bins : tuple of dict
        How often test rows were answered right, by the probability of their answer.
    """

    answers: tuple[str, ...]
    probabilities: tuple[float, ...]
    threshold: float
    bins: tuple[dict[str, Any], ...] = ()

    @property
    def answer(self) -> str:
        """The likeliest answer."""
        return self.answers[self._best]

    @property
    def probability(self) -> float:
        """Of the likeliest answer."""
        return self.probabilities[self._best]

    @property
    def sure(self) -> bool:
        """Is it given as an answer?"""
        return self.probability >= self.threshold

    @property
    def _best(self) -> int:
        return max(range(len(self.answers)), key=self.probabilities.__getitem__)

    @property
    def words(self) -> str:
        """The probability of the likeliest answer in words."""
        return next(_(words) for least, words in _WORDS if self.probability >= least)

    @property
    def alike(self) -> dict[str, Any] | None:
        """The test rows whose answers had about the same probability."""
        if not self.bins:
            return None
        inside = [each for each in self.bins if each["low"] < self.probability <= each["high"]]
        return inside[0] if inside else min(self.bins, key=lambda each: abs(each["confidence"] - self.probability))


def probabilities(logprobs: Sequence[float]) -> tuple[float, ...]:
    """Return the share of each answer in the probability of all of them.

    >>> probabilities([0.0, 0.0])
    (0.5, 0.5)
    """
    highest = max(logprobs)
    powers = [math.exp(value - highest) for value in logprobs]
    return tuple(power / sum(powers) for power in powers)
