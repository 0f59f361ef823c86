"""The gate over everything that rows may be and come from: conversations, tables by a template, databases, folders."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import kit
from kit.data import DataSpec, open_data
from kit.errors import UnknownNameError
from kit.gate.clean.clean import clean
from kit.gate.gate import gate, problems_of
from kit.report import ListReport
from kit.result import Result
from kit.spec import load_spec

CHECKS = ("schema", "length", "balance", "exact-duplicates")


def _talk(question: str, answer: str) -> dict[str, Any]:
    return {"turns": [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]}


@pytest.fixture
def talks(tmp_path: Path) -> DataSpec:
    """Thirty conversations, one of them twice and one that nobody answers."""
    rows = [_talk(f"Is the pump in hall {i} loud?", "No, it is quiet.") for i in range(30)]
    rows[9] = rows[4]
    rows[20] = {"turns": rows[20]["turns"][:1]}
    path = tmp_path / "talks.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return DataSpec(source=str(path), task="chat", text="turns")


@pytest.fixture
def table(tmp_path: Path) -> DataSpec:
    """Forty rows of a database, two of them the same but for their number."""
    path = tmp_path / "ward.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE stays (id INTEGER, age INTEGER, job TEXT, label TEXT)")
        rows = [(i, 20 + i, ["clerk", "baker"][i % 2], "ab"[i % 2]) for i in range(39)]
        made.executemany("INSERT INTO stays VALUES (?, ?, ?, ?)", [*rows, (39, *rows[5][1:])])
    query = "SELECT * FROM stays ORDER BY id"
    return DataSpec(source=f"sqlite:///{path}", query=query, template="age: {age}; job: {job}")


def _problems(data: DataSpec, folder: Path) -> tuple[Result, dict[int, list[str]]]:
    result = gate(kit.GateSpec(data=data, checks=CHECKS), ListReport(folder))
    found = problems_of(folder / "problems.jsonl")
    return result, {row["number"]: [each["check"] for each in row["problems"]] for row in found}


def test_conversations_go_through_the_gate(talks: DataSpec, tmp_path: Path) -> None:
    result, found = _problems(talks, tmp_path)
    assert found == {10: ["exact-duplicates"], 21: ["schema"]}
    assert result.facts["sources"]["data"]["usable"] == 29


def test_tables_of_a_database_go_through_the_gate(table: DataSpec, tmp_path: Path) -> None:
    result, found = _problems(table, tmp_path)
    assert found == {40: ["exact-duplicates"]}
    assert result.facts["sources"]["data"]["columns"] == ["id", "age", "job", "label"]


@pytest.mark.parametrize("name", ["talks", "table"])
def test_what_was_cleaned_loads_again(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    spec: DataSpec = request.getfixturevalue(name)
    result = clean(kit.CleanSpec(data=spec, steps=("schema", "exact-duplicates")), ListReport(tmp_path))
    found = load_spec(result.facts["data"])
    assert isinstance(found, DataSpec)
    data = open_data(found)
    assert (found.task, found.template, found.query) == (spec.task, spec.template, "")
    assert len(data) == {"talks": 28, "table": 39}[name]
    assert len(set(data.texts)) == len(data)


def test_a_template_of_other_columns_is_told(table: DataSpec, tmp_path: Path) -> None:
    """Its place would be empty in every text, and nobody would see it."""
    with pytest.raises(UnknownNameError, match=r"no column 'jobs'.*Write \{job\}"):
        _problems(table.replace(template="age: {age}; job: {jobs}"), tmp_path)
