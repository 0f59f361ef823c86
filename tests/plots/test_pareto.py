"""The best trade-offs, against the definition taken word by word."""

from __future__ import annotations

import random

import pytest

from kit.plots import pareto


def beaten(i: int, costs: list[float], gains: list[float]) -> bool:
    """Does any other pair cost no more, gain no less, and do better in one of the two?"""
    return any(
        costs[j] <= costs[i] and gains[j] >= gains[i] and (costs[j] < costs[i] or gains[j] > gains[i])
        for j in range(len(costs))
    )


@pytest.mark.parametrize("seed", range(40))
def test_it_holds_exactly_those_that_nobody_beats(seed: int) -> None:
    rng = random.Random(seed)
    n = rng.randrange(1, 12)
    costs = [float(rng.randrange(5)) for _ in range(n)]  # few values, so that ties are common
    gains = [float(rng.randrange(5)) for _ in range(n)]
    found = pareto(costs, gains)
    assert sorted(found) == [i for i in range(n) if not beaten(i, costs, gains)]
    assert [costs[i] for i in found] == sorted(costs[i] for i in found)


def test_nothing_has_no_best() -> None:
    assert pareto([], []) == []
