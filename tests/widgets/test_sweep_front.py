"""Which rows no other beats: held against asking each pair of rows."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from kit.result import Result
from kit.widgets.sweeping.front import marked


def row(name: str, acc: float, speed: float, size: float | None, **facts: Any) -> Result:
    """Return a measured row."""
    metrics = {"acc": acc, "decode_tokens_per_s": speed} | ({} if size is None else {"file_size_mib": size})
    return Result(spec={}, metrics=metrics, facts={"method": name, **facts})


def beaten(mine: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Is `other` at least as good in everything, and better in something?"""
    return all(a >= b for a, b in zip(other, mine, strict=True)) and other != mine


@pytest.mark.parametrize("seed", range(20))
def test_marks_are_those_of_the_definition(seed: int) -> None:
    drawn = random.Random(seed)
    values = [tuple(drawn.randint(1, 6) for _ in range(3)) for _ in range(12)]
    found = marked([row(str(i), acc, speed, -size) for i, (acc, speed, size) in enumerate(values)], "acc")
    for place, mine in enumerate(values):
        two = not any(beaten(mine[:2], other[:2]) for other in values)
        three = not any(beaten(mine, other) for other in values)
        assert found.get(str(place)) == ("front" if two else "small" if three else None)


def test_a_row_that_knows_one_answer_or_was_not_timed_is_never_marked(part: Callable[..., Result]) -> None:
    rows = [row("a", 0.9, 99, 1, only_answer="up"), row("b", 0.5, 1, None), Result(spec={}, facts={"method": "c"})]
    assert marked(rows, "acc") == {}  # of two that count the one that is left has no rival
    assert marked([*rows, row("d", 0.4, 1, 2)], "acc") == {"b": "front", "d": "small"}


def test_one_of_unknown_size_is_not_called_small() -> None:
    assert marked([row("a", 0.9, 9, 5), row("b", 0.8, 8, None), row("c", 0.8, 8, 4)], "acc") == {
        "a": "front",
        "c": "small",
    }
