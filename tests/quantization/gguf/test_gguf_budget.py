"""Spending bytes on the groups that suffer most."""

from __future__ import annotations

import itertools
import random

import pytest

from kit.quantization.gguf.budget import Choice, decide, hull, least

KINDS = [("a", 45), ("b", 55), ("c", 65), ("d", 85)]


def groups(seed: int, number: int) -> dict[str, list[Choice]]:
    """Return groups of one size whose harm falls to about a quarter with each type."""
    draw = random.Random(seed)
    found = {}
    for name in range(number):
        harm, size = draw.lognormvariate(0, 1.5), draw.choice([1, 3, 4])
        found[str(name)] = [
            Choice(kind, bits * size, harm / draw.uniform(3, 5) ** step) for step, (kind, bits) in enumerate(KINDS)
        ]
    return found


def spent(decided: dict[str, Choice]) -> tuple[int, float]:
    return sum(choice.size for choice in decided.values()), sum(choice.harm for choice in decided.values())


@pytest.mark.parametrize("seed", range(8))
def test_it_comes_near_the_best_of_all_ways(seed: int) -> None:
    found = groups(seed, 6)
    for budget in (least(found), least(found) + 60, least(found) + 150, 10_000):
        size, harm = spent(decide(found, budget))
        assert size <= budget
        ways = (spent(dict(enumerate(way))) for way in itertools.product(*found.values()))  # type: ignore[arg-type]
        best = min(harm for size, harm in ways if size <= budget)
        # What greed misses is less than one step that had no room (Dantzig 1957).
        step = max(
            one.harm - two.harm for choices in map(hull, found.values()) for one, two in itertools.pairwise(choices)
        )
        assert best - 1e-9 <= harm <= best + step


def test_without_room_all_are_smallest_and_with_room_all_are_best() -> None:
    found = groups(1, 5)
    assert {choice.kind for choice in decide(found, least(found)).values()} == {"a"}
    assert {choice.kind for choice in decide(found, 10**6).values()} == {"d"}


def test_what_is_larger_and_no_better_is_never_taken() -> None:
    choices = [Choice("small", 10, 1.0), Choice("worse", 12, 1.5), Choice("poor", 20, 0.9), Choice("good", 22, 0.1)]
    assert [choice.kind for choice in hull(choices)] == ["small", "good"]


def test_a_group_that_is_too_large_does_not_keep_others_from_more() -> None:
    found = {
        "large": [Choice("a", 100, 9.0), Choice("b", 200, 0.0)],
        "small": [Choice("a", 10, 0.5), Choice("b", 20, 0.1)],
    }
    decided = decide(found, 150)
    assert (decided["large"].kind, decided["small"].kind) == ("a", "b")
