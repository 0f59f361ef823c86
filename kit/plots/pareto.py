"""Which of several things no other one beats."""

from __future__ import annotations

from collections.abc import Sequence


def pareto(costs: Sequence[float], gains: Sequence[float]) -> list[int]:
    """Return the places of the pairs that no other pair beats, cheapest first.

    One pair beats another when it costs no more and gains no less, and one of the two is strictly better. Equal pairs
    do not beat each other.

    Parameters
    ----------
    costs : sequence of float
        Less is better (time, memory).
    gains : sequence of float
        More is better (accuracy); as many as `costs`.

    Examples
    --------
    >>> pareto([1, 2, 3], [0.5, 0.4, 0.9])
    [0, 2]
    """
    order = sorted(range(len(costs)), key=lambda i: (costs[i], -gains[i]))
    kept: list[int] = []
    for i in order:
        best = kept[-1] if kept else None
        if best is None or gains[i] > gains[best] or (gains[i], costs[i]) == (gains[best], costs[best]):
            kept.append(i)
    return kept
