"""What a file of each kind becomes, and that a spec means the same rows anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from kit.data import Dataset, DataSpec, load_data, open_data
from kit.spec import load_spec

ROWS = [
    ("It rose.", "up"),
    ("It fell,\nthen fell again.", "down"),
    ('He said "no" – ünïcode; 价格', "flat"),
    ("x", "up"),
]
TEXTS, LABELS = tuple(text for text, _label in ROWS), tuple(label for _text, label in ROWS)


def jsonl(rows: list[tuple[str, str]]) -> str:
    return "".join(
        json.dumps({"id": i, "text": t, "label": a}, ensure_ascii=False) + "\n" for i, (t, a) in enumerate(rows)
    )


def delimited(delimiter: str) -> str:
    quoted = [f'"{text.replace(chr(34), chr(34) * 2)}"{delimiter}{label}' for text, label in ROWS]
    return "\n".join([f"text{delimiter}label", *quoted]) + "\n"


def same(data: Dataset) -> bool:
    return (data.texts, data.answers, data.labels) == (TEXTS, LABELS, ("down", "flat", "up"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", jsonl(ROWS)),
        ("a.ndjson", jsonl(ROWS)),
        ("a.JSONL", jsonl(ROWS)),
        ("a.json", json.dumps([{"text": text, "label": label} for text, label in ROWS])),
        ("lines.json", jsonl(ROWS)),
        ("a.csv", delimited(",")),
        ("semicolon.csv", delimited(";")),
        ("tab.csv", delimited("\t")),
        ("a.tsv", delimited("\t")),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_text_files(tmp_path: Path, name: str, content: str, line_end: str, mark: bytes) -> None:
    in_quotes = "It fell,\nthen"  # a line end inside a CSV field stays as it is
    content = content.replace(in_quotes, "\0").replace("\n", line_end).replace("\0", in_quotes)
    (tmp_path / name).write_bytes(mark + content.encode())
    assert same(load_data(tmp_path / name))


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.jsonl").write_text(jsonl(ROWS), encoding=encoding)
    assert same(load_data(tmp_path / "a.jsonl", encoding=encoding))


def test_parquet(tmp_path: Path) -> None:
    table = pa.table({"other": [1, 2, 3, 4], "text": list(TEXTS), "label": pa.array(LABELS).dictionary_encode()})
    parquet.write_table(table, tmp_path / "a.parquet")
    assert same(load_data(tmp_path / "a.parquet"))


@pytest.mark.parametrize("kind", ["object", "string", "category"])
def test_frame(kind: str) -> None:
    frame = pd.DataFrame({"label": pd.Series(LABELS, dtype=kind), 3: 0, "text": TEXTS}).set_axis([7, 7, 7, 7])
    data = load_data(frame)
    assert same(data)
    again = open_data(data.spec)
    assert same(again)
    assert again.hash == data.hash
    assert Path(data.spec.source).is_relative_to(Path(os.environ["TUNEBOOK_HOME"]) / "data")
    assert load_data(frame.assign(more=1)).spec == data.spec  # the same rows, the same file
    assert load_data(frame.iloc[:3]).spec.source != data.spec.source


def test_json_strings_may_hold_unicode_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(jsonl([("one\u2028two\u0085three", "a"), ("b", "b")]), encoding="utf-8")
    assert load_data(tmp_path / "a.jsonl").texts[0] == "one\u2028two\u0085three"


def test_blank_lines_are_skipped_and_counted(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n" + jsonl(ROWS[:2]) + "  \n" + jsonl(ROWS[2:]) + "\n", encoding="utf-8")
    assert same(load_data(tmp_path / "a.jsonl"))
    (tmp_path / "a.csv").write_text('text,label\n\n"a\nb",x\n,\n\nc,\n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 7, field 'label'"):
        load_data(tmp_path / "a.csv")


def test_the_wanted_columns_tell_the_delimiter(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text;label;a,b,c,d,e,f\nx, y;1;0\nz;2;0\n", encoding="utf-8")
    assert load_data(tmp_path / "a.csv").texts == ("x, y", "z")


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([1, 0, 1], ("0", "1")),
        ([True, False, True], ("False", "True")),
        ([" a", "b ", "a"], ("a", "b")),
        ([1.0, 2.0, 1.0], ("1", "2")),
    ],
)
def test_labels_become_text(values: list[object], labels: tuple[str, ...]) -> None:
    data = load_data(pd.DataFrame({"text": ["x", "y", "z"], "label": values}))
    assert data.labels == labels
    assert data.answers[0] == data.answers[2]


def test_labels_keep_the_given_order(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(jsonl(ROWS), encoding="utf-8")
    data = load_data(tmp_path / "a.jsonl", labels=["up", "flat", "down", "gone"])
    assert data.labels == ("up", "flat", "down", "gone")
    assert data.counts == {"up": 2, "flat": 1, "down": 1, "gone": 0}
    assert data.instruction == "Classify the text. Answer with one of: up, flat, down, gone."


def test_parts_share_the_labels_of_the_whole(tmp_path: Path) -> None:
    rows = [(f"text {i}", "ab"[i % 2]) for i in range(40)] + [("rare", "z")]
    (tmp_path / "a.jsonl").write_text(jsonl(rows), encoding="utf-8")
    train, test = (load_data(tmp_path / "a.jsonl", split=part, limit=4) for part in ("train", "test"))
    assert train.labels == test.labels == ("a", "b", "z")
    assert train.counts["z"] == 1
    assert test.counts == {"a": 2, "b": 2, "z": 0}
    assert not set(train.texts) & set(test.texts)


def test_a_relative_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_text(jsonl(ROWS), encoding="utf-8")
    data = load_data("a.jsonl")
    assert data.spec.source == str(tmp_path / "a.jsonl")
    monkeypatch.chdir("/")
    assert open_data(data.spec).hash == data.hash


def test_a_spec_means_the_same_rows_in_another_process(tmp_path: Path) -> None:
    rows = [(f"text {i}", "abc"[i % 3]) for i in range(90)]
    (tmp_path / "a.jsonl").write_text(jsonl(rows), encoding="utf-8")
    data = load_data(tmp_path / "a.jsonl", split="test", limit=9, seed=5)
    (tmp_path / "spec.json").write_text(data.spec.to_json(), encoding="utf-8")
    code = (
        "import sys; from kit.data import open_data; from kit.spec import load_spec\n"
        "print(open_data(load_spec(sys.argv[1])).hash)"
    )
    there = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "spec.json")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert there.stdout.strip() == data.hash
    assert load_spec(tmp_path / "spec.json") == data.spec


def test_open_data_keeps_the_spec(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(jsonl(ROWS), encoding="utf-8")
    spec = DataSpec(source=str(tmp_path / "a.jsonl"), instruction="Up or down?")
    assert open_data(spec).spec == spec
    assert open_data(spec).instruction == "Up or down?"
