"""The estimate of a tuning run grows with everything that takes memory."""

from __future__ import annotations

from typing import Any

import pytest

from kit.models import catalogue
from kit.tuning import tuning_peak_bytes

CARD = catalogue()["smollm2-135m-instruct"]
BASE: dict[str, Any] = {"bits": 16, "rank": 16, "tokens": 1000, "answers": 32}


@pytest.mark.parametrize(
    "more", [{"bits": 32}, {"rank": 64}, {"tokens": 2000}, {"answers": 64}, {"targets": 7}], ids=str
)
def test_more_of_anything_takes_more(more: dict[str, int]) -> None:
    assert tuning_peak_bytes(CARD, **(BASE | more)) > tuning_peak_bytes(CARD, **BASE)


def test_more_memory_for_a_larger_model() -> None:
    sizes = sorted(catalogue().values(), key=lambda card: card.parameters)
    assert tuning_peak_bytes(sizes[-1], **BASE) > tuning_peak_bytes(sizes[0], **BASE)


def test_the_parts_are_those_of_the_formula() -> None:
    nothing = tuning_peak_bytes(CARD, bits=16, rank=1, tokens=0, answers=0, targets=0)
    assert tuning_peak_bytes(CARD, bits=32, rank=1, tokens=0, answers=0, targets=0) - nothing == 2 * CARD.parameters
    one_token = tuning_peak_bytes(CARD, bits=16, rank=1, tokens=1, answers=0, targets=0) - nothing
    assert one_token == 34 * CARD.layers * CARD.hidden_size
    one_answer = tuning_peak_bytes(CARD, bits=16, rank=1, tokens=0, answers=1, targets=0) - nothing
    assert one_answer == 3 * 4 * CARD.vocabulary
