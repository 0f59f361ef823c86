"""Files are read row by row: little memory, each bad row told with its place, the good ones behind it still read."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from kit.data import DataSpec, load_data
from kit.data.format import decode
from kit.data.format.delimiter import delimiter_of
from kit.data.format.json_value import row_in
from kit.data.reading import Entry, Reading
from kit.data.record import Problem
from kit.errors import DataError


def entries(path: Path, content: str | bytes, **options: Any) -> tuple[list[Entry], Reading]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    reading = Reading(DataSpec(source=str(path), **options))
    return list(reading.entries()), reading


def told(found: list[Entry]) -> list[str | None]:
    return [None if entry.problem is None else entry.problem.message for entry in found]


LINE = '{"text": "a", "label": "b"}\n'


def test_every_bad_line_of_jsonl_is_a_problem_of_its_own(tmp_path: Path) -> None:
    lines = [LINE, '{"text": "a"\n', "\n", "[1]\n", LINE, '{"text": "a", "text": "b"}\n', '{"a": 1} x\n', LINE]
    found, reading = entries(tmp_path / "a.jsonl", "".join(lines))
    assert [entry.number for entry in found] == [1, 2, 4, 5, 6, 7, 8]
    assert told(found) == [
        None,
        "not valid JSON: Expecting ',' delimiter at character 13.",
        "[1] is not an object.",
        None,
        "not valid JSON: the key 'text' stands twice.",
        "not valid JSON: Extra data at character 10.",
        None,
    ]
    assert all(not entry.cells for entry in found if entry.row is None)
    assert (reading.unit, reading.size, reading.notes) == ("line", None, [])
    assert reading.columns == ("text", "label")


def test_every_bad_row_of_csv_is_a_problem_of_its_own(tmp_path: Path) -> None:
    content = 'text,label\na,x\nb\n"c\nd",x\n"e"f,x\ng,x,y\n"h,x\ni,x\n'
    found, _reading = entries(tmp_path / "a.csv", content)
    assert [(entry.number, entry.row is None) for entry in found] == [
        *((2, False), (3, True), (4, False), (6, True), (7, True), (8, True), (9, False))
    ]
    assert found[2].cells == {"text": "c\nd", "label": "x"}
    assert told(found)[1] == "1 fields, but the header has 2."
    assert "expected after" in str(told(found)[3])
    assert "unexpected end" in str(told(found)[5])


def test_a_list_is_read_up_to_its_first_fault(tmp_path: Path) -> None:
    found, reading = entries(tmp_path / "a.json", f"[{LINE}, {LINE}, 7, {LINE}, {{'text'}}, {LINE}]")
    assert [entry.number for entry in found] == [1, 2, 3, 4, 5]
    assert told(found)[2] == "7 is not an object."
    assert str(told(found)[4]).startswith("line 4: not valid JSON: Expecting property name")
    assert reading.unit == "entry"
    with pytest.raises(DataError, match="line 4") as caught:
        load_data(tmp_path / "a.json")
    assert caught.value.row == 4


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_list_cut_anywhere_is_one_problem(tmp_path: Path, cut: int) -> None:
    whole = "[" + ",\n".join('{"text": "a\\u00e9", "label": [1.5, true]}' for _ in range(2)) + "]"
    found, _reading = entries(tmp_path / "a.json", whole[:-cut])
    assert found[-1].row is None
    assert found[-1].problem is not None
    assert found[-1].problem.message.startswith("line ")
    assert len(found) <= 3


@pytest.mark.parametrize(
    ("name", "content", "note"),
    [
        ("a.json", LINE * 3, "one JSON object a line"),
        ("a.json", '{"data": [' + ",".join([LINE] * 3) + '], "version": 1}', "those of 'data'"),
        ("a.json", '{"text": {"0": "a", "1": "a", "2": "a"}, "label": {"0": "b", "1": "b", "2": "b"}}', "columns"),
        ("a.jsonl", "[" + ",".join([LINE] * 3) + "]", "a list of JSON objects"),
        ("a.jsonl", json.dumps(json.loads(LINE), indent=2) * 3, "over several lines"),
        ("a.csv", LINE * 3, "one JSON object a line"),
        ("a.csv", "text|label\n" + "a|b\n" * 3, "vertical bar, not by comma"),
        ("a.tsv", "text,label\n" + "a,b\n" * 3, "comma, not by tab"),
    ],
)
def test_what_a_file_holds_goes_before_its_name(tmp_path: Path, name: str, content: str, note: str) -> None:
    found, reading = entries(tmp_path / name, content)
    assert [dict(entry.cells) for entry in found] == [{"text": "a", "label": "b"}] * 3
    assert len(reading.notes) == 1
    assert note in reading.notes[0]


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("text\none, two\nthree\n", ","),
        ("a;b\n1,5;2,5\n1,6;2,6\n", ";"),
        ("a\tb;c\n1\t2\n", "\t"),
        ("a|b,c\n1|2\n3|4\n", "|"),
        ('"a;b",c\n"1;2",3\n', ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_the_one_under_which_rows_fit(head: str, delimiter: str) -> None:
    assert delimiter_of(head, ".csv")[0] == delimiter


def test_entries_can_be_read_again(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.csv", "a.json"):
        content = {"a.jsonl": LINE * 3 + "{\n", "a.csv": "text,label\na,b\nc\n", "a.json": f"[{LINE}]"}[name]
        first, reading = entries(tmp_path / name, content)
        assert list(reading.entries()) == first
        assert next(iter(reading.entries())) == first[0]


def test_the_rows_before_a_damaged_page_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"text": [f"{n} {os.urandom(300).hex()}" for n in range(3000)], "label": ["a", "b"] * 1500})
    parquet.write_table(table, path, row_group_size=600, compression="none", use_dictionary=False)
    data = bytearray(path.read_bytes())
    data[len(data) * 2 // 3 : len(data) * 2 // 3 + 4000] = b"\xff" * 4000
    found, reading = entries(path, bytes(data))
    assert reading.size == 3000
    good = [entry for entry in found if entry.row is not None]
    assert len(good) >= 1200
    assert [entry.number for entry in found] == list(range(1, len(found) + 1))
    assert all(entry.cells["text"] == table["text"][n].as_py() for n, entry in enumerate(good[:1200]))


def test_a_file_that_says_it_holds_millions_of_rows_in_a_thousand_bytes_is_refused(tmp_path: Path) -> None:
    same = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000_000, pa.int8()), pa.array(["a"]))
    parquet.write_table(pa.table({"text": same, "label": same}), tmp_path / "a.parquet")
    assert os.path.getsize(tmp_path / "a.parquet") < 30_000
    with pytest.raises(DataError, match="3,000,000 rows"):
        load_data(tmp_path / "a.parquet")


def test_guessing_ends_where_it_comes_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(decode, "guess", lambda line: asked.append(line))
    content = LINE.encode() * 20_000 + b"\x81\x98\x81\x98\n" * 3000
    found, _reading = entries(tmp_path / "a.jsonl", content)
    assert sum(entry.row is None for entry in found) == 3000
    assert len(asked) == 100


def test_cells_that_look_like_formulas_are_text_and_told(tmp_path: Path) -> None:
    cells = ["=1+1", "@SUM(A1)", "+A1", "-B2", "-5", "- item", "+49 89 1", "=", "@ home", "plain"]
    found, reading = entries(tmp_path / "a.csv", "text,label\n" + "".join(f"{cell},a\n" for cell in cells))
    assert [entry.cells["text"] for entry in found] == cells
    assert reading.notes == ["4 cells begin like formulas (=, +, - or @); they were read as text and not carried out."]


@pytest.mark.parametrize(
    ("line", "twice"),
    [
        ('{"a": 1, "b": 2}', False),
        ('{"a": 1, "a": 2}', True),
        ('{"a": 1, "a" : 2}', True),
        ('{"a": 1, "a"\t: 2}', True),
        ('{"a": "\\":", "a": 2}', True),
        ('{"a": {"b": 1, "b": 2}}', True),
        ('{"a": [{"b": 1}, {"b": 1, "b": 2}]}', True),
        ('{"a": "x\\":y", "b": [{"c": "\\":"}, {"c": 1}]}', False),
        ('{"a" : 1, "b" : 2}', False),
    ],
)
def test_a_key_that_stands_twice_is_found(line: str, twice: bool) -> None:
    found = row_in(line)
    assert isinstance(found, Problem) == twice
    assert twice or found == json.loads(line)


def test_many_files_in_little_memory(tmp_path: Path) -> None:
    """The peak of a process that reads a file of each kind is far below the size of one."""
    rows = [{"text": f"{n} " + "word " * 200, "label": "ab"[n % 2]} for n in range(20_000)]
    held = io.StringIO()
    writer = csv.DictWriter(held, ["text", "label"])
    writer.writeheader()
    writer.writerows(rows)
    (tmp_path / "a.csv").write_text(held.getvalue())
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "a.json").write_text(json.dumps(rows))
    code = """
import resource, sys
from kit.data import DataSpec
from kit.data.reading import Reading
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = [sum(entry.row is not None for entry in Reading(DataSpec(source=path)).entries()) for path in sys.argv[1:]]
print(*rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    paths = [str(tmp_path / name) for name in ("a.jsonl", "a.csv", "a.json")]
    done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True, check=True)
    *counts, mebibytes = map(int, done.stdout.split())
    assert counts == [20_000] * 3
    assert os.path.getsize(paths[0]) > 20_000_000
    assert mebibytes < 20
