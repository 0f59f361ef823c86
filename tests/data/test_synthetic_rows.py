"""Rows that a model wrote stay in the train part, whoever divides the rows, and go where their parent is tested on."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kit
from kit.data.split import split_rows
from kit.data.synthetic import divided, parent_of
from kit.errors import DataError

REAL = [{"text": f"real {place}", "label": "ab"[place % 2]} for place in range(20)]


def _with_children(folder: Path) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in REAL), encoding="utf-8")
    keys = [row.key for row in kit.load_data(path).items]
    children = [
        {"text": f"child {place}", "label": "ab"[place % 2], "synthetic": True, "parent": keys[place]}
        for place in range(20)
    ]
    orphan = [{"text": "orphan", "label": "a", "synthetic": "true"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in [*REAL, *children, *orphan]), encoding="utf-8")
    return path


def test_parts_of_a_file_test_on_real_rows_only(tmp_path: Path) -> None:
    path = _with_children(tmp_path)
    train, test = (kit.load_data(path, split=part, test_share=0.3) for part in ("train", "test"))
    assert len(test) == 6
    assert all(text.startswith("real") for text in test.texts)
    tested = {text.split()[1] for text in test.texts}
    children = {text.split()[1] for text in train.texts if text.startswith("child")}
    assert children == {str(place) for place in range(20)} - tested
    assert "orphan" in train.texts
    again_train, again_test = kit.load_data(path).split(0.3)
    assert (again_train.hash, again_test.hash) == (train.hash, test.hash)
    assert len(kit.load_data(path)) == 41


def test_real_rows_divide_as_if_no_others_were_there(tmp_path: Path) -> None:
    path = _with_children(tmp_path)
    test = kit.load_data(path, split="test", seed=5)
    alone = tmp_path / "alone.jsonl"
    alone.write_text("".join(json.dumps(row) + "\n" for row in REAL), encoding="utf-8")
    assert test.hash == kit.load_data(alone, split="test", seed=5).hash


def test_marks_outlive_being_stored(tmp_path: Path) -> None:
    data = kit.load_data(_with_children(tmp_path)).take(range(15, 35))
    stored = kit.load_data(data.spec.source)
    assert [row.parent for row in stored.items] == [row.parent for row in data.items]
    framed = kit.load_data(pd.read_json(_with_children(tmp_path), lines=True))
    assert [row.parent is None for row in framed.items] == [True] * 20 + [False] * 21


def test_synthetic_rows_alone_cannot_be_tested_on(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [{"text": f"{place}", "label": "ab"[place % 2], "synthetic": True} for place in range(4)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert len(kit.load_data(path)) == 4
    with pytest.raises(DataError, match="synthetic"):
        kit.load_data(path, split="test")


@pytest.mark.parametrize(
    ("cells", "parent"),
    [
        ({}, None),
        ({"synthetic": False}, None),
        ({"synthetic": "polyester"}, None),
        ({"synthetic": None}, None),
        ({"synthetic": True}, ""),
        ({"synthetic": "True", "parent": "abc"}, "abc"),
        ({"synthetic": 1, "parent": None}, ""),
    ],
)
def test_what_is_marked(cells: dict[str, object], parent: str | None) -> None:
    assert parent_of(cells, ("text", "label")) == parent
    assert parent_of(cells, ("text", "synthetic")) is None  # a column of the task's own


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.integers(0, 40)), min_size=4, max_size=40))
def test_every_row_is_in_one_part_or_has_a_tested_parent(rows: list[tuple[str, int | None]]) -> None:
    parents = [None if parent is None else f"k{parent}" for _label, parent in rows]
    real = [place for place, parent in enumerate(parents) if parent is None]
    if len(real) < 4:
        return

    def divide(given_rows: list[int]) -> tuple[list[int], list[int]]:
        assert given_rows == real
        train, test = split_rows([""] * len(given_rows), 0.3, 0)
        return [given_rows[place] for place in train], [given_rows[place] for place in test]

    train, test = divided(parents, lambda place: f"k{place}", divide)
    assert set(test) <= set(real)
    assert not set(train) & set(test)
    lost = set(range(len(rows))) - set(train) - set(test)
    assert lost == {place for place, parent in enumerate(parents) if parent in {f"k{each}" for each in test}}
