"""Who nobody beats, by the definition itself, and what may be searched for."""

from __future__ import annotations

import random

import pytest

from kit.errors import ParameterError, UnknownNameError
from kit.experiments.search.goals import Goal, nobody_beats, read_goals


def test_goals_know_their_direction() -> None:
    assert read_goals(["validation_accuracy", "-training_s", "+validation_f1"]) == (
        Goal("validation_accuracy", True),
        Goal("training_s", False),
        Goal("validation_f1", True),
    )
    assert [goal.at_evaluations for goal in read_goals(["validation_loss", "peak_memory_mib"])] == [True, False]


@pytest.mark.parametrize("text", ["acc", "", "+", "validation_acc"])
def test_an_unknown_number_needs_a_sign(text: str) -> None:
    with pytest.raises(UnknownNameError, match=r"take a \+ before them"):
        read_goals([text])


def test_what_is_known_is_not_turned_round() -> None:
    with pytest.raises(ParameterError, match="whose direction is known"):
        read_goals(["+training_s"])
    with pytest.raises(ParameterError, match="each number once"):
        read_goals(["training_s", "-training_s"])


@pytest.mark.parametrize("seed", range(20))
def test_the_front_is_what_its_definition_says(seed: int) -> None:
    rng = random.Random(seed)
    goals = (Goal("a", True), Goal("b", False), Goal("c", False))
    values = {n: [float(rng.randrange(4)) for _goal in goals] for n in range(15)}

    def dominates(one: list[float], other: list[float]) -> bool:
        no_worse = one[0] >= other[0] and one[1] <= other[1] and one[2] <= other[2]
        return no_worse and (one[0] > other[0] or one[1] < other[1] or one[2] < other[2])

    expected = {n for n in values if not any(dominates(values[other], values[n]) for other in values)}
    assert set(nobody_beats(values, goals)) == expected
