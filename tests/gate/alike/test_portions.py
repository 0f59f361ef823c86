"""Rows as long as books are taken apart in pieces, and lose nothing by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alikerows import found_by, pointed_at
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.gate.alike import portions as module
from kit.gate.alike.leaks import Leaks
from kit.gate.alike.near import NearDuplicates
from kit.gate.alike.portions import pieces, portions

TEXTS = st.lists(st.text("ab", max_size=40), max_size=12)


@pytest.fixture
def _small() -> pytest.MonkeyPatch:  # type: ignore[misc]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_MOST", 20), ("LONGEST", 10), ("_OVERLAP", 3)):
            patch.setattr(module, name, value)
        yield patch  # type: ignore[misc]


@given(TEXTS)
@settings(deadline=None)
@pytest.mark.usefixtures("_small")
def test_portions_are_all_texts_in_order(texts: list[str]) -> None:
    found = list(portions(texts))
    assert [text for _first, portion in found for text in portion] == [text[:10] for text in texts]
    assert all(texts[first][:10] == portion[0] and sum(map(len, portion)) <= 20 for first, portion in found)


@given(TEXTS)
@settings(deadline=None)
@pytest.mark.usefixtures("_small")
def test_every_run_of_a_few_characters_stands_in_a_piece(texts: list[str]) -> None:
    found = [pair for places, some in pieces(texts) for pair in zip(places, some, strict=True)]
    for place, text in enumerate(texts):
        own = [piece for owner, piece in found if owner == place]
        assert all(any(text[at : at + 3] in piece for piece in own) for at in range(max(len(text) - 2, 1)))
        assert all(piece in text for piece in own)


def test_a_test_row_is_found_deep_in_a_long_row(tmp_path: Path) -> None:
    test = " ".join(f"word{n}" for n in range(20))
    data = ["filler of the page " * 40_000 + test + " and so on" * 10, "short"]
    assert pointed_at(found_by(Leaks, tmp_path, data, [test])) == [1]


def test_long_rows_are_compared_by_their_words(tmp_path: Path) -> None:
    rows = [
        " ".join(f"{letter}{'abcdefghij'[n % 10]}{chr(97 + n // 10 % 26)}{n // 260}x" for n in range(3000))
        for letter in "pq"
    ]
    changed = rows[0].replace("paa0x", "other words", 1)
    assert pointed_at(found_by(NearDuplicates, tmp_path, [*rows, changed])) == [3]
