"""Where rows come from: what is found out of columns, what files are called, and when they count as others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.errors import DataError, ParameterError
from kit.verticals.given import given, store_rows


def _file(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


HEADLINES = [{"id": f"h-{i}", "text": f"Profit of firm {i} rose this year", "label": "up"} for i in range(6)]
HEADLINES += [{"id": f"h-{i}", "text": f"Loss of firm {i} grew this year", "label": "down"} for i in range(6, 12)]
CREDITS = [
    {"id": i, "features": {"age": 20 + i, "job": "clerk", "amount": 100 * i}, "label": "good" if i % 2 else "bad"}
    for i in range(12)
]
EXAMS = [
    {
        "id": f"e-{i}",
        "question": f"Which of these is {i}?",
        "choices": ["a b", "c d", "e f"],
        "answer": i % 3,
        "subject": "x",
    }
    for i in range(12)
]
QUESTIONS = [
    {
        "id": f"q-{i}",
        "question": f"What causes disease {i}?",
        "answer": f"The cause of disease {i} is not known.",
        "focus": "x",
    }
    for i in range(12)
]


@pytest.mark.parametrize(
    ("rows", "task", "roles"),
    [
        (HEADLINES, "classify", {"text": "text", "label": "label"}),
        (CREDITS, "classify", {"text": "features", "label": "label"}),
        (EXAMS, "choose", {"text": "question", "label": "answer", "choices": "choices"}),
        (QUESTIONS, "answer", {"text": "question", "label": "answer"}),
    ],
    ids=["headlines", "credits", "exams", "questions"],
)
def test_the_task_is_found_out(tmp_path: Path, rows: list[dict[str, Any]], task: str, roles: dict[str, str]) -> None:
    train, test = (_file(tmp_path / f"made_{part}.jsonl", rows) for part in ("train", "test"))
    found = given(train, test)
    assert (found.name, found.train.task, found.train.roles) == ("made", task, roles)
    assert found.test is not None
    assert found.test.source == str(test)
    assert found.test.replace(source=found.train.source) == found.train


def test_what_is_named_is_taken(tmp_path: Path) -> None:
    rows = [{**row, "other": row["label"], "note": row["text"]} for row in HEADLINES]
    found = given(_file(tmp_path / "rows.jsonl", rows), text="note", label="other", columns=("id",), name="mine")
    assert found.train.roles == {"text": "note", "label": "other"}
    assert (found.train.columns, found.name, found.test) == (("id",), "mine", None)


def test_a_table_of_many_columns_becomes_one_text(tmp_path: Path) -> None:
    lines = ["age,job,amount,risk", *(f"{20 + i},clerk,{100 * i},{'good' if i % 2 else 'bad'}" for i in range(12))]
    (tmp_path / "credit.csv").write_text("\n".join(lines), encoding="utf-8")
    found = given(tmp_path / "credit.csv")
    assert found.train.template == "age: {age}; job: {job}; amount: {amount}"
    assert found.train.label == "risk"


def test_other_content_is_another_digest(tmp_path: Path) -> None:
    path = _file(tmp_path / "rows.jsonl", HEADLINES)
    before = given(path).digest
    assert given(path).digest == before
    assert given(_file(path, HEADLINES[:-1])).digest != before


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="train"):
        given("")
    with pytest.raises(ParameterError, match="task"):
        given(_file(tmp_path / "rows.jsonl", HEADLINES), task="chat")
    with pytest.raises(DataError, match="serve none"):
        given(_file(tmp_path / "plain.jsonl", [{"text": f"Only text {i}"} for i in range(9)]))


def test_generated_rows_are_written_once(own_folders: None) -> None:
    path = store_rows("made-train", HEADLINES)
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == HEADLINES
    written = path.stat().st_mtime_ns
    assert store_rows("made-train", HEADLINES) == path
    assert path.stat().st_mtime_ns == written
    assert store_rows("made-train", HEADLINES[:3]) != path
