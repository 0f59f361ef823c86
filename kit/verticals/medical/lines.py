"""The lines of a learning curve: what is reached with how many examples, with intervals, and who is ahead where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.measure.interval import wilson


@dataclass(frozen=True, kw_only=True)
class Line:
    """One way of learning.

    Parameters
    ----------
    name : str
        What people call it.
    sizes : tuple of int
        Numbers of examples, ascending.
    scores : tuple of tuple of float
        Of each test row, by size.
    """

    name: str
    sizes: tuple[int, ...]
    scores: tuple[tuple[float, ...], ...]

    def at(self, place: int) -> tuple[float, float, float]:
        """Return the mean score at a size, and its 95 % interval."""
        return interval(self.scores[place])

    def to_dict(self) -> dict[str, Any]:
        """Return its points as plain values."""
        told = [[round(each, 6) for each in self.at(place)] for place in range(len(self.sizes))]
        return {"name": self.name, "sizes": list(self.sizes), "points": told}


def interval(scores: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of scores with its 95 % interval: Wilson's of shares, else the bootstrap's over rows."""
    mean = sum(scores) / len(scores)
    if set(scores) <= {0.0, 1.0}:
        return mean, *wilson(int(sum(scores)), len(scores))
    from kit.measure.bootstrap import mean_interval

    return (mean, mean, mean) if len(scores) < 2 else (mean, *mean_interval(scores, 0.95))


def ahead(new: Sequence[float], reference: Sequence[float]) -> int:
    """Return 1 where `new` is better on the same rows, -1 where it is worse, 0 without evidence (95 %).

    Shares are compared by Tango's interval of paired shares, other scores by the paired bootstrap.
    """
    if {*new, *reference} <= {0.0, 1.0}:
        from kit.measure.paired import score_interval

        only_new = sum(a > b for a, b in zip(new, reference, strict=True))
        only_reference = sum(a < b for a, b in zip(new, reference, strict=True))
        low, high = score_interval(only_new, only_reference, len(new))
    elif len(new) < 2:
        return 0
    else:
        from kit.measure.bootstrap import paired_means

        low, high = paired_means(new, reference).interval(0.95)
    return 1 if low > 0 else -1 if high < 0 else 0
