"""What is said of a variant that gives every row the same label."""

from __future__ import annotations

import pytest

from kit.measure.one_answer import only_answer, only_answer_words
from kit.result import Result


@pytest.mark.parametrize(
    ("facts", "label", "words"),
    [
        ({"only_answer": "release"}, "release", "always answers 'release'"),
        ({"only_answer": None}, "", ""),
        ({}, "", ""),
    ],
)
def test_the_label_is_named(facts: dict[str, str], label: str, words: str) -> None:
    result = Result(spec={}, facts=facts)
    assert (only_answer(result), only_answer_words(result)) == (label, words)
