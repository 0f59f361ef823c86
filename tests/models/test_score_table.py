"""A table of scores is read as it is printed: per cent, one column for each benchmark and setting."""

from __future__ import annotations

from typing import Any

import pytest

from kit.errors import KitError
from kit.models.score_table import scores_by_model

TABLE = {
    "reporter": "Meta",
    "source": "a model card",
    "benchmarks": ["MMLU, 0-shot, chain of thought", "IFEval"],
    "percent": {"a": [73, 80.4], "b": [None, 59.5]},
}


def test_each_figure_gets_its_column_and_its_document() -> None:
    found = scores_by_model([TABLE])
    assert [(each["benchmark"], each["setting"], each["value"]) for each in found["a"]] == [
        ("MMLU", "0-shot, chain of thought", 0.73),
        ("IFEval", "not stated", 0.804),
    ]
    assert [each["benchmark"] for each in found["b"]] == ["IFEval"]
    assert {(each["reporter"], each["source"]) for each in found["a"]} == {("Meta", "a model card")}


def test_tables_of_one_model_are_joined() -> None:
    assert len(scores_by_model([TABLE, {**TABLE, "reporter": "Qwen"}])["a"]) == 4


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"percent": [1]}, r"scores\[0\]"),
        ({"shots": 5}, r"scores\[0\]"),
        ({"percent": {"a": [1]}}, "percent.a"),
        ({"percent": {"a": [1, "2"]}}, "percent.a"),
        ({"percent": {"a": [1, True]}}, "percent.a"),
    ],
)
def test_what_is_no_table_is_named(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(KitError, match=where):
        scores_by_model([{**TABLE, **changes}])
