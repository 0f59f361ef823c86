"""What a model can be used for as it comes."""

from __future__ import annotations

import pytest

from kit.models import catalogue, suits
from kit.models.uses import TASKS, licensed, speaks

TAUGHT, BASE = catalogue()["smollm2-135m-instruct"], catalogue()["smollm2-135m"]


def test_a_base_model_answers_only_after_tuning() -> None:
    assert all(suits(TAUGHT, task) for task in TASKS)
    assert [task for task in TASKS if suits(BASE, task)] == ["classify", "choose", "continue"]


def test_words_of_the_card_are_tasks_too() -> None:
    assert suits(catalogue()["smolvlm-256m-instruct"], "vision")
    assert not suits(TAUGHT, "vision")


@pytest.mark.parametrize(
    ("name", "commercial", "free"),
    [("qwen3-8b", True, True), ("llama-3.1-8b-instruct", True, False), ("qwen2.5-3b-instruct", False, False)],
)
def test_business_use_is_allowed_freely_under_conditions_or_not(name: str, commercial: bool, free: bool) -> None:
    card = catalogue()[name]
    assert (licensed(card, "commercial"), licensed(card, "free")) == (commercial, free)


def test_a_language_is_found_by_its_first_part() -> None:
    card = catalogue()["llama-3.1-8b-instruct"]
    assert speaks(card, "de")
    assert speaks(card, "pt-BR")
    assert not speaks(card, "ja")
