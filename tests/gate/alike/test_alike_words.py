"""Words and their hashes, against Python's own string methods and sets."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.gate.alike.features import Counts, features_of
from kit.gate.alike.words import distinct, set_off, spans, words_of

LINES = st.lists(st.text("abcXYZ  ,.;:-019é高血压!\n", max_size=40), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, HELLO World!", ["hello", "world"]),
        ("x-5 and -5 at 3.5 or 1,234", ["x", "5", "and", "-5", "at", "3.5", "or", "1234"]),
        ("don't", ["dont"]),
        ("高血压3天", ["高", "血", "压", "3", "天"]),
        ("Ｆｕｌｌ Straße", ["full", "strasse"]),
        ("a < b, 10%", ["a", "<", "b", "10", "%"]),
        ("0 0 0", ["0", "0", "0"]),
        ("…!?", []),
    ],
)
def test_texts_are_taken_apart(text: str, expected: list[str]) -> None:
    assert words_of(["before", text, ""]).strings() == [["before"], expected, []]


@given(LINES)
@settings(deadline=None, max_examples=60)
def test_words_are_equal_exactly_where_their_hashes_are(lines: list[str]) -> None:
    words = words_of(lines)
    flat = [word for line in words.strings() for word in line]
    assert len(flat) == len(words.hashes)
    assert len(set(flat)) == len(set(words.hashes.tolist()))
    assert len({*zip(flat, words.hashes.tolist(), strict=True)}) == len(set(flat))


@given(LINES)
@settings(deadline=None, max_examples=60)
def test_a_text_has_the_same_words_whatever_stands_beside_it(lines: list[str]) -> None:
    together = words_of(lines)
    bounds = together.bounds()
    for place, line in enumerate(lines):
        alone = words_of([line])
        assert together.hashes[bounds[place] : bounds[place + 1]].tolist() == alone.hashes.tolist()


def test_letters_in_ascii_agree_with_a_regular_expression() -> None:
    text = "The quick brown fox, it jumps: over 12 lazy dogs (again)."
    assert words_of([text]).strings()[0] == re.findall(r"[a-z0-9]+", text.lower())


def test_spans_that_are_equal_have_equal_hashes_wherever_they_stand() -> None:
    values = np.array([5, 1, 2, 3, 9, 1, 2, 3], np.uint64)
    found = spans(values, np.array([1, 5, 0]), np.array([4, 8, 3]))
    assert found[0] == found[1] != found[2]


def test_features_are_sets_and_pairs_of_characters_that_stand_alone() -> None:
    found, owner = features_of(words_of(["b a b a", "高血压", ""]))
    assert np.bincount(owner, minlength=3).tolist() == [2, 3, 0]
    other, _owner = features_of(words_of(["a b"]))
    assert set(other.tolist()) == set(found[owner == 0].tolist())
    assert not set(features_of(words_of(["高血"]))[0].tolist()) >= set(found[owner == 1].tolist())


@given(st.lists(st.integers(0, 2**32 - 1)))
@settings(deadline=None)
def test_counts_and_distinct_agree_with_python(values: list[int]) -> None:
    array = np.array(values, np.uint32)
    assert distinct(array).tolist() == sorted(set(values))
    counts = Counts()
    counts.add(array)
    cells = [value >> 10 for value in values]  # the default table has 22 bits
    assert counts.of(array).tolist() == [cells.count(cell) for cell in cells]


def test_a_run_is_set_off_by_punctuation_or_ends() -> None:
    words = words_of(["Question 7: too high", "it is too high now", "too high"])
    flat = [word for line in words.strings() for word in line]
    first = np.array([place for place, word in enumerate(flat) if word == "too"])
    assert set_off(words, first, first + 2).tolist() == [True, False, True]
