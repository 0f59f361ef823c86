"""Rows made ready: personal data goes, groups stay together, what cannot be used is left out and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tinyvertical import price_rows, write

from kit.data import DataSpec, open_data
from kit.errors import DataError
from kit.report import ListReport
from kit.result import Result
from kit.verticals.given import given
from kit.verticals.preparing import PrepareSpec
from kit.verticals.preparing.work import PARTS, prepare

Rows = list[dict[str, Any]]


def _prepared(folder: Path, own: Rows, test: Rows | None = None, **fields: Any) -> Result:
    train = write(folder / "a_train.jsonl", own)
    found = given(train, "" if test is None else write(folder / "a_test.jsonl", test))
    (folder / "run").mkdir()
    return prepare(PrepareSpec(data=found.train, test=found.test, **fields), ListReport(folder / "run"))


def _cells(result: Result, part: str) -> list[dict[str, Any]]:
    spec = DataSpec.from_dict(result.facts[part])
    return [json.loads(line) for line in Path(spec.source).read_text(encoding="utf-8").splitlines()]


def test_personal_data_becomes_its_kind(tmp_path: Path) -> None:
    rows = price_rows(
        40, note=lambda i: f"call +49 151 2345678{i % 10}", phone=4915123456780, row=lambda i: 10_000_000 + i
    )
    rows[0]["text"] += " says Maria Gonzalez, maria.gonzalez@example.org"
    result = _prepared(tmp_path, rows)
    cells = [cell for part in ("train", "test") for cell in _cells(result, part)]
    assert sorted(cell["source_row"] for cell in cells) == list(range(40))
    by_row = {cell["source_row"]: cell for cell in cells}
    assert by_row[0]["text"] == "The price of day 0 goes up again says <PERSON>, <EMAIL>"
    assert by_row[1]["text"] == rows[1]["text"]
    assert {cell["note"] for cell in cells} == {"call <PHONE>"}
    masked = result.facts["masked"]["train"]
    assert masked["found"]["email"] == 1
    assert masked["found"]["phone"] >= 40
    assert masked["rows_with"] == 40
    assert "Gonzalez" not in json.dumps(result.to_dict())


def test_groups_stay_together_and_nobody_is_named(tmp_path: Path) -> None:
    people = ["Maria Gonzalez", "John Smith", "Anna Schmidt", "Peter Brown", "Laura Miller", "David Wilson"]
    rows = price_rows(60, patient=lambda i: people[i // 10])
    result = _prepared(tmp_path, rows, group="patient")
    groups = {part: {cell["patient"] for cell in _cells(result, part)} for part in ("fit", "validation", "test")}
    assert not groups["fit"] & groups["test"]
    assert not groups["fit"] & groups["validation"]
    every = set().union(*groups.values())
    assert len(every) == 6
    assert not every & set(people)
    assert result.facts["division"] == "patient"


def test_the_latest_rows_are_held_back(tmp_path: Path) -> None:
    rows = price_rows(50, when=lambda i: f"2025-03-{1 + i % 28:02d}")
    result = _prepared(tmp_path, rows, time="when")
    assert max(cell["when"] for cell in _cells(result, "fit")) <= min(
        cell["when"] for cell in _cells(result, "validation")
    )
    assert max(cell["when"] for cell in _cells(result, "train")) <= min(cell["when"] for cell in _cells(result, "test"))


def test_what_cannot_be_used_is_left_out_and_told(tmp_path: Path) -> None:
    rows = [*price_rows(30), {"text": "", "label": "up"}, {"text": "No label", "label": None}]
    rows += [dict(rows[0]), dict(rows[1])]
    test = [*price_rows(50)[40:], {"text": "The bond sleeps", "label": "sideways"}]
    result = _prepared(tmp_path, rows, test, rows=100)
    assert result.facts["masked"]["train"]["broken"] == 2
    assert result.facts["masked"]["test"]["strange"] == 1
    steps = {each["step"]: each["rows_before"] - each["rows_after"] for each in result.facts["steps"]}
    assert steps["exact-duplicates"] == 2
    assert {part: int(result.metrics[f"{part}_rows"]) for part in PARTS} == {
        "train": 30,
        "fit": 27,
        "validation": 3,
        "test": 10,
    }
    assert {each["check"] for each in result.facts["findings"]} >= {"schema", "balance", "exact-duplicates", "leaks"}


def test_all_parts_ask_alike(tmp_path: Path) -> None:
    result = _prepared(tmp_path, price_rows(60), price_rows(80)[60:], rows=40, test_rows=12)
    parts = {part: open_data(DataSpec.from_dict(result.facts[part])) for part in PARTS}
    assert {data.instruction for data in parts.values()} == {"Classify the text. Answer with one of: down, up."}
    assert {data.labels for data in parts.values()} == {("down", "up")}
    assert (len(parts["train"]), len(parts["test"])) == (40, 12)
    assert parts["test"].counts == {"down": 6, "up": 6}
    assert result.facts["majority_acc"] == 0.5


def test_a_source_without_a_usable_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No row of the test data"):
        _prepared(tmp_path, price_rows(20), [{"text": "The bond sleeps", "label": "sideways"}])
