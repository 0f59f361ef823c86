"""What is made of the turns of a race: rates, times to a loss, ratios with their spread."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

Spread = list[float]


@dataclass
class Course:
    """How one tool did.

    Parameters
    ----------
    before : float
        The held loss before the first step.
    losses : list of float
        The held loss after each turn.
    turns : list of dict
        What each turn took: "steps", "seconds", "tokens", "peak_mib" and what was counted.
    start_s : float
        Seconds from the start of the process to the first step.
    """

    before: float
    start_s: float = 0.0
    losses: list[float] = field(default_factory=list)
    turns: list[dict[str, float]] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """How many steps it has made."""
        return round(self.total("steps"))

    @property
    def best(self) -> float:
        """The lowest held loss so far."""
        return min([self.before, *self.losses])

    @property
    def rates(self) -> list[float]:
        """Tokens of text a second in each turn."""
        return [turn["tokens"] / turn["seconds"] for turn in self.turns]

    @property
    def peak_mib(self) -> float:
        """The greatest memory of all turns."""
        return max(turn["peak_mib"] for turn in self.turns)

    def total(self, name: str) -> float:
        """Return the sum over all turns."""
        return sum(turn[name] for turn in self.turns)

    def seconds_to(self, loss: float) -> float | None:
        """Return the seconds of training after which the lowest held loss so far was `loss`, None where it never was.

        Between two measurements the lowest loss is taken to fall evenly.
        """
        lowest, now = self.before, 0.0
        if lowest <= loss:
            return 0.0
        for turn, found in zip(self.turns, self.losses, strict=True):
            if found <= loss:
                return now + turn["seconds"] * (lowest - loss) / (lowest - found)
            lowest, now = min(lowest, found), now + turn["seconds"]
        return None


def target_of(course: Course, tolerance: float) -> float:
    """Return the loss that all are timed to: the lowest of `course`, and a share of its fall more.

    Without a tolerance, the noise of one measurement would decide whether others ever come there.
    """
    return course.best + tolerance * (course.before - course.best)


def ratios(fast: Sequence[float], slow: Sequence[float]) -> tuple[float, Spread]:
    """Return the median of the ratios of what was measured in the same round, and the least and the greatest."""
    found = [a / b for a, b in zip(fast, slow, strict=False)]
    return round(statistics.median(found), 3), [round(min(found), 3), round(max(found), 3)]


def times_faster(ours: Course, theirs: Course, target: float) -> float | None:
    """Return how many times as long `theirs` took to the loss `target`; None where one never came there."""
    mine, other = ours.seconds_to(target), theirs.seconds_to(target)
    return round(other / mine, 2) if mine and other else None
