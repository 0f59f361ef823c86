"""What a data file holds, before anybody has said which column is what."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kit.data.load import load_data
from kit.data.look import look
from kit.errors import ParameterError, UnknownNameError


def _csv(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def _many(tmp_path: Path, header: str, row: str, n: int = 40) -> str:
    return _csv(tmp_path, header, *(row.format(i=i, label="yes" if i % 3 else "no") for i in range(n)))


@pytest.mark.parametrize(
    ("header", "row", "text", "label"),
    [
        ("text,label", "t {i},{label}", "text", "label"),
        ("id,note,decision", "{i},a long note {i} on this,{label}", "note", "decision"),
        ("verdict,remark", "{label},remark number {i} in words", "remark", "verdict"),
        ("Label,TEXT", "{label},x {i}", "TEXT", "Label"),
        ("short,a longer one,group", "s{i},this is much longer {i},{label}", "a longer one", "group"),
        ("n,text", "{i},words {i}", "text", None),  # forty different numbers in forty rows are no labels ... but few
    ],
)
def test_columns_are_proposed(tmp_path: Path, header: str, row: str, text: str, label: str | None) -> None:
    n = 60 if label is None else 40
    assert look(_many(tmp_path, header, row, n))["proposed"] == {"text": text, "label": label}


def test_what_is_proposed_loads(tmp_path: Path) -> None:
    path = _many(tmp_path, "id,note,decision", "{i},a note {i},{label}")
    seen = look(path)
    assert seen["usable"]
    data = load_data(path, text=seen["proposed"]["text"], label=seen["proposed"]["label"])
    assert len(data) == seen["rows"] == 40
    assert {each["name"]: each["rows"] for each in seen["labels"]} == dict(data.counts)
    assert seen["first"][0] == [data.texts[0], data.answers[0]]


def test_columns_are_described(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows: list[dict[str, Any]] = [
        {"t": f"text {i} with words", "n": i / 2, "b": i % 2 == 0, "w": "ab"[i % 2], "o": {"x": i}} for i in range(60)
    ]
    rows[3]["t"] = ""
    del rows[4]["t"]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    columns = {column["name"]: column for column in look(str(path))["columns"]}
    kinds = {name: column["kind"] for name, column in columns.items()}
    assert kinds == {"t": "text", "n": "number", "b": "truth", "w": "words", "o": "features"}
    assert (columns["t"]["empty"], columns["t"]["distinct"]) == (2, 58)
    assert columns["w"]["examples"] == ["a", "b"]


def test_every_bad_row_counts_and_twenty_are_told(tmp_path: Path) -> None:
    good = [f"text {i},{'yes' if i % 2 else 'no'}" for i in range(30)]
    seen = look(_csv(tmp_path, "text,label", *good, *["x,"] * 25))
    assert not seen["usable"]
    assert (len(seen["problems"]), seen["more_problems"]) == (20, 5)
    first = seen["problems"][0]
    assert (first["row"], first["unit"], first["field"]) == (32, "line", "label")
    assert first["fix"]


def test_a_file_that_cannot_be_read_as_rows(tmp_path: Path) -> None:
    seen = look(_csv(tmp_path, "text,label", "a,b,c", "d,e"))
    assert not seen["usable"]
    assert [(each["row"], each["unit"]) for each in seen["problems"]] == [(2, "line"), (None, "line")]
    assert [column["distinct"] for column in seen["columns"]] == [1, 1]  # what can be read is told all the same
    assert "3 fields" in seen["problems"][0]["message"]


def test_labels_as_a_whole(tmp_path: Path) -> None:
    seen = look(_csv(tmp_path, "text,label", "a,x", "b,x"), "text", "label")
    assert not seen["usable"]
    assert "same label" in seen["problems"][0]["message"]


def test_nothing_that_could_be_labels(tmp_path: Path) -> None:
    seen = look(_csv(tmp_path, "a,b", *(f"word {i},other {i}" for i in range(60))))
    assert not seen["usable"]
    assert seen["proposed"]["label"] is None
    assert "labels" in seen["problems"][0]["message"]


def test_long_values_are_cut(tmp_path: Path) -> None:
    seen = look(_csv(tmp_path, "text,label", f"{'x' * 5000},a", "y,b"))
    assert max(len(text) for row in seen["first"] for text in row) == 241


def test_wrong_names_are_told(tmp_path: Path) -> None:
    path = _csv(tmp_path, "text,label", "a,x", "b,y")
    with pytest.raises(UnknownNameError, match="lable"):
        look(path, "text", "lable")
    with pytest.raises(ParameterError):
        look(str(tmp_path / "nothing.csv"))


def test_it_is_a_program(tmp_path: Path) -> None:
    path = _csv(tmp_path, "text,label", "a,x", "b,y")
    command = [sys.executable, "-m", "kit.data.look"]
    done = subprocess.run([*command, path], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == look(path)
    failed = subprocess.run([*command, path + "x"], capture_output=True, text=True, check=True)
    assert json.loads(failed.stdout)["error"]["fix"]
