"""A published score says who asked, how, and where it stands; whatever lacks one of these is refused."""

from __future__ import annotations

from typing import Any

import pytest

from kit.errors import ParameterError
from kit.models.score import NOT_STATED, Score, read_scores

MMLU = {"benchmark": "MMLU", "value": 0.694, "setting": "5-shot", "reporter": "Meta", "source": "a model card"}


def test_a_list_of_mappings_becomes_scores() -> None:
    (score,) = read_scores([MMLU])
    assert score == Score(**MMLU)
    assert read_scores("nothing") == "nothing"  # for the card to refuse


@pytest.mark.parametrize(
    ("changes", "parameter", "words"),
    [
        ({"value": 69.4}, "scores[0].value", "0.0 to 1.0"),
        ({"reporter": ""}, "scores[0].reporter", "not empty"),
        ({"shots": 5}, "scores[0].shots", "benchmark"),
        ({"setting": None}, "scores[0].setting", "text"),
    ],
)
def test_what_cannot_be_is_named(changes: dict[str, Any], parameter: str, words: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_scores([{**MMLU, **changes}])
    assert caught.value.parameter == parameter
    assert words in str(caught.value)


def test_a_score_without_its_setting_tells_nothing() -> None:
    with pytest.raises(ParameterError, match=r"scores\[0\].setting"):
        read_scores([{name: value for name, value in MMLU.items() if name != "setting"}])


@pytest.mark.parametrize("other", [{"setting": NOT_STATED}, {"reporter": "Qwen"}, {"benchmark": "MMLU-Pro"}])
def test_only_what_was_asked_alike_by_the_same_is_compared(other: dict[str, Any]) -> None:
    assert Score(**MMLU).comparable(Score(**{**MMLU, "value": 0.5, "source": "another"}))
    assert not Score(**MMLU).comparable(Score(**{**MMLU, **other}))
