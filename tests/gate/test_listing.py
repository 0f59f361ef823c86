"""Rows are listed page by page: searched, filtered, those with problems first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec
from kit.gate.clerk import Clerk
from kit.gate.listing import Listing

WORDS = ("crane", "pump", "valve", "motor", "belt")


@pytest.fixture
def source(tmp_path: Path) -> DataSpec:
    """Thirty rows, the fifth without a label."""
    rows: list[dict[str, Any]] = [
        {"text": f"The {WORDS[i % 5]} number {i + 1} stands still", "label": "ab"[i % 2]} for i in range(30)
    ]
    rows[4]["label"] = None
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return DataSpec(source=str(path))


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    """What a gate wrote: row 5 is broken, row 9 is like row 2, row 20 has two problems."""
    lines = [
        problem(20, ("near-duplicates", "like row 3"), ("length", "too long")),
        problem(5, ("schema", "the label is null")),
        problem(9, ("near-duplicates", "like row 2")),
    ]
    path = tmp_path / "problems.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def problem(number: int, *told: tuple[str, str]) -> dict[str, Any]:
    """Return a line of a gate about one row."""
    found = [{"check": check, "message": message, "others": [], "score": 0} for check, message in told]
    return {"part": "data", "number": number, "place": number - 1, "problems": found}


def numbers(page: dict[str, Any]) -> list[int]:
    """Return the numbers of the rows of a page."""
    return [row["number"] for row in page["rows"]]


def test_rows_with_the_most_problems_come_first(source: DataSpec, problems: Path) -> None:
    page = Listing(source, problems=problems).page(size=4)
    assert (page["total"], numbers(page)) == (30, [20, 5, 9, 1])
    assert [each["check"] for each in page["rows"][0]["problems"]] == ["near-duplicates", "length"]
    assert numbers(Listing(source, problems=problems).page(size=4, order="file")) == [1, 2, 3, 4]


def test_a_row_that_cannot_be_used_shows_its_cells(source: DataSpec, problems: Path) -> None:
    (row,) = Listing(source, problems=problems).page(check="schema")["rows"]
    assert row["row"] is None
    assert row["unit"] == "line"
    assert row["cells"]["text"] == "The belt number 5 stands still"


def test_a_filter_and_a_search_narrow_it_down(source: DataSpec, problems: Path) -> None:
    listing = Listing(source, problems=problems)
    assert numbers(listing.page(check="near-duplicates")) == [20, 9]
    assert listing.page(check="any")["total"] == 3
    assert numbers(listing.page(search="NUMBER 29")) == [29]
    assert numbers(listing.page(search="like row 2")) == [9]  # words of a problem
    assert listing.page(search="no such word")["rows"] == []
    assert numbers(listing.page(search="pump", order="file")) == [2, 7, 12, 17, 22, 27]


def test_pages_are_turned_and_the_last_one_is_not_passed(source: DataSpec) -> None:
    listing = Listing(source)
    assert numbers(listing.page(start=20, size=8)) == list(range(21, 29))
    last = listing.page(start=990, size=8)
    assert (last["start"], numbers(last)) == (24, [25, 26, 27, 28, 29, 30])


def test_every_row_names_all_labels_in_its_instruction(source: DataSpec) -> None:
    page = Listing(source).page(search="number 30")
    kinds = dict(page["rows"][0]["row"]["pieces"])
    assert "Answer with one of: a, b." in kinds["question"]
    assert kinds["answer"] == "b"


def test_of_test_rows_those_with_problems_are_listed(source: DataSpec, tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    path.write_text(json.dumps({**problem(3, ("length", "too long")), "part": "test"}) + "\n", encoding="utf-8")
    page = Listing(source, source, path).page(size=2)
    assert page["total"] == 31
    assert [(row["part"], row["number"]) for row in page["rows"]] == [("test", 3), ("data", 1)]


def test_a_repair_is_counted_once_a_row(source: DataSpec, problems: Path) -> None:
    listing = Listing(source, problems=problems)
    assert listing.touched(["near-duplicates", "length"], ["schema"]) == {"drop": 2, "mend": 1}
    assert listing.touched(["length"], ["near-duplicates"]) == {"drop": 1, "mend": 1}


def test_with_a_model_tokens_are_its_own(source: DataSpec, tiny_model: Path) -> None:
    page = Listing(source, model=str(tiny_model), max_length=16).page(size=1)
    row = page["rows"][0]["row"]
    assert page["exact"]
    assert row["tokens"] == 16
    assert row["question_cut"] > 0


def test_the_clerk_answers_with_values_or_with_what_went_wrong(source: DataSpec) -> None:
    clerk = Clerk()
    of = {"data": source.to_dict()}
    found = clerk.answer({"do": "page", "values": {"of": of, "size": 2}})
    assert numbers(found["answer"]) == [1, 2]
    found = clerk.answer({"do": "rows", "values": {"of": of, "rows": [["data", 7]]}})
    assert found["answer"] == [["data", 7, "The pump number 7 stands still\na"]]
    missing = {"data": source.replace(source="nowhere.jsonl").to_dict()}
    assert "nowhere.jsonl" in clerk.answer({"do": "page", "values": {"of": missing}})["error"]["message"]
    assert clerk.answer({"do": "page", "values": {"of": of, "size": None}})["error"]["detail"]
