"""Each malformed input gives one clear error of ours: where, what, what is allowed, the next step."""

from __future__ import annotations

import dataclasses
import datetime
import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

import kit
from kit.data import load_data
from kit.errors import DataError, KitError, ParameterError, UnknownNameError

KIT = Path(kit.__file__).parent


def line(text: Any = "fine", label: Any = "good") -> str:
    return json.dumps({"text": text, "label": label}) + "\n"


GOOD = "".join(line(f"text {i}", "good" if i % 2 else "bad") for i in range(6))


def file(name: str, content: str | bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def parquet_file(columns: dict[str, list[Any]]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        parquet.write_table(pa.table(columns), folder / "t.parquet")
        return folder / "t.parquet"

    return make


def damaged_parquet(folder: Path) -> Path:
    path = parquet_file({"text": ["a", "b"] * 500, "label": ["x", "y"] * 500})(folder)
    data = bytearray(path.read_bytes())
    data[40:400] = b"\xff" * 360  # the pages; the footer stays whole
    path.write_bytes(data)
    return path


def twin_parquet(folder: Path) -> Path:
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"]), pa.array(["x"])], names=["text", "text", "label"])
    parquet.write_table(table, folder / "t.parquet")
    return folder / "t.parquet"


def folder_with_data(folder: Path) -> Path:
    (folder / "inside").mkdir()
    return file("inside/rows.csv", "text,label\na,b\n")(folder).parent


@dataclass(frozen=True)
class Case:
    make: Callable[[Path], Any]
    kind: type[KitError]
    says: tuple[str, ...]
    row: int | None = None
    field: str | None = None
    parameter: str | None = None
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


def frame(**columns: list[Any]) -> Callable[[Path], pd.DataFrame]:
    return lambda _folder: pd.DataFrame(columns)


def twin_frame(_folder: Path) -> pd.DataFrame:
    return pd.DataFrame([["a", "b", "x"]], columns=["text", "text", "label"])


def near_miss(folder: Path) -> Path:
    file("reviews.csv", "text,label\n")(folder)
    return folder / "reveiws.csv"


CASES = {
    # what the source is
    "missing file, near one": Case(
        near_miss, ParameterError, ("reveiws.csv", "exists", "reviews.csv"), parameter="source"
    ),
    "missing file, none near": Case(
        lambda f: f / "zzz.csv", ParameterError, ("zzz.csv", "exists", "finance-alerts"), parameter="source"
    ),
    "missing folder": Case(lambda f: f / "no" / "a.csv", ParameterError, ("no folder", "exists"), parameter="source"),
    "unknown bundled name": Case(
        lambda f: "finance-alert", UnknownNameError, ("'finance-alert'", "Known", "Did you mean 'finance-alerts'?")
    ),
    "address": Case(lambda f: "https://a.test/b.csv", ParameterError, ("address", "Download it"), parameter="source"),
    "folder": Case(folder_with_data, ParameterError, ("not a folder", "rows.csv"), parameter="source"),
    "impossible path": Case(lambda f: "a\0b.csv", ParameterError, ("exists",), parameter="source"),
    "too long a path": Case(lambda f: "a" * 5000 + ".csv", ParameterError, ("exists",), parameter="source"),
    "unknown ending": Case(file("a.docx", b"PK"), ParameterError, ("a.docx", ".csv", "pandas"), parameter="source"),
    "not a source": Case(lambda f: 7, ParameterError, ("source=7", "DataFrame"), parameter="source"),
    "0 bytes": Case(file("a.jsonl", b""), DataError, ("a.jsonl", "0 bytes", "Export it again")),
    "0 bytes of Parquet": Case(file("a.parquet", b""), DataError, ("a.parquet", "0 bytes", "Export it again")),
    "0 bytes of CSV": Case(file("a.csv", b""), DataError, ("a.csv", "0 bytes", "Export it again")),
    "blank lines only": Case(file("a.jsonl", "\n\n"), DataError, ("no rows", "at least two")),
    "blank lines only in CSV": Case(file("a.csv", "\n \n"), DataError, ("no rows", "at least two")),
    "header only": Case(file("a.csv", "text,label\n"), DataError, ("no rows", "at least two")),
    "no entries": Case(file("a.json", "[]"), DataError, ("no rows", "at least two")),
    "no rows in a frame": Case(frame(text=[], label=[]), DataError, ("no rows", "at least two")),
    # columns
    "missing text column": Case(
        file("a.jsonl", GOOD), UnknownNameError, ("txt", "label, text", "text='text'"), options={"text": "txt"}
    ),
    "missing label column": Case(
        file("a.csv", "text,Label\na,b\n"), UnknownNameError, ("'label'", "Label, text", "label='Label'")
    ),
    "no header": Case(
        file("a.csv", "I like it,good\nI do not,bad\n"), UnknownNameError, ("first line must name the columns",)
    ),
    "missing column in Parquet": Case(parquet_file({"text": ["a"]}), UnknownNameError, ("'label'", "Known: text")),
    "one column twice": Case(
        file("a.csv", "text,label,text\na,b,c\n"), DataError, ("'text'", "a name of its own"), field="text"
    ),
    "one column twice in Parquet": Case(twin_parquet, DataError, ("'text'", "a name of its own"), field="text"),
    "one column twice in a frame": Case(twin_frame, DataError, ("'text'", "a name of its own"), field="text"),
    "text is label": Case(
        file("a.jsonl", GOOD), ParameterError, ("'text'", "another"), options={"label": "text"}, parameter="label"
    ),
    # syntax
    "broken JSON": Case(
        file("a.jsonl", line() * 6 + '{"text": "half\n' + line()),
        DataError,
        ("a.jsonl, line 7", "not valid JSON", "one whole object"),
        row=7,
    ),
    "two broken lines": Case(
        file("a.jsonl", line() + "{\n" + line() + "nope\n"), DataError, ("line 2", "1 more bad row"), row=2
    ),
    "JSON nested too deeply": Case(file("a.jsonl", line() + "[" * 200_000 + "\n"), DataError, ("too deeply",), row=2),
    "number too long": Case(file("a.jsonl", line() + "1" * 5_000 + "\n"), DataError, ("not valid JSON",), row=2),
    "not an object": Case(file("a.jsonl", line() + "[1, 2]\n"), DataError, ("[1, 2]", "not an object", ".json"), row=2),
    "key twice": Case(
        file("a.jsonl", '{"text": "a", "text": "b", "label": "c"}\n'), DataError, ("'text' stands twice",), row=1
    ),
    "broken JSON list": Case(
        file("a.json", '[\n{"text": "a"},\n{"text"\n]'), DataError, ("line 4", "not valid JSON"), row=4
    ),
    "entry not an object": Case(file("a.json", f"[{line()}, 3]"), DataError, ("entry 2", "3 is not an object"), row=2),
    "too many fields": Case(
        file("a.csv", "text,label\na,x\nb,c,y\n"), DataError, ("line 3", "3 fields", "has 2", "quotes"), row=3
    ),
    "too few fields": Case(file("a.csv", "text,label\na,x\nb\nc\n"), DataError, ("1 fields", "1 more bad row"), row=3),
    "quote left open": Case(file("a.csv", 'text,label\na,x\n"b,y\nc,z\n'), DataError, ("line 3", "quote"), row=3),
    "quote left open in the last field": Case(
        file("a.csv", 'text,label\na,x\nb,"y\nc,z\n'), DataError, ("line 3", "quote"), row=3
    ),
    "text behind a closed quote": Case(file("a.csv", 'text,label\n"a"b,x\n'), DataError, ("line 2", "quote"), row=2),
    "damaged Parquet": Case(damaged_parquet, DataError, ("t.parquet", "damaged")),
    "not Parquet": Case(file("a.parquet", "text,label\n"), DataError, ("not a Parquet file", "damaged")),
    # encoding
    "cp1252": Case(
        file("a.csv", "text,label\nfine,a\nCafé là-bas,b\n".encode("cp1252")),
        DataError,
        ("line 3", "0xe9", "position 4", "utf-8", "encoding='cp1252'"),
        row=3,
        options={"encoding": "utf-8"},
    ),
    "utf-16": Case(
        file("a.jsonl", GOOD.encode("utf-16")),
        DataError,
        ("0xff", "encoding='utf-16'"),
        row=1,
        options={"encoding": "utf-8"},
    ),
    "utf-16 without a mark": Case(
        file("a.jsonl", GOOD.encode("utf-16-be")),
        DataError,
        ("encoding='utf-16-be'",),
        row=1,
        options={"encoding": "utf-8"},
    ),
    "gb18030": Case(
        file("a.csv", "text,label\n头痛三天，睡不好,神经科\n".encode("gb18030")),
        DataError,
        ("line 2", "encoding='gb18030'"),
        row=2,
        options={"encoding": "utf-8"},
    ),
    "unknown encoding": Case(
        file("a.csv", "x"), ParameterError, ("utf-9", "cp1252"), options={"encoding": "utf-9"}, parameter="encoding"
    ),
    "not a text encoding": Case(
        file("a.csv", "x"), ParameterError, ("hex", "cp1252"), options={"encoding": "hex"}, parameter="encoding"
    ),
    # cells
    "empty text": Case(
        file("a.jsonl", GOOD + line("  ")),
        DataError,
        ("line 7", "'text'", "'  '", "leave the row out"),
        row=7,
        field="text",
    ),
    "null text": Case(
        file("a.jsonl", GOOD + line(None)), DataError, ("null", "leave the row out"), row=7, field="text"
    ),
    "missing text": Case(file("a.jsonl", GOOD + '{"label": "good"}\n'), DataError, ("missing",), row=7, field="text"),
    "number for text": Case(
        file("a.jsonl", GOOD + line(3.5)), DataError, ("3.5", "not text", "text="), row=7, field="text"
    ),
    "object for text": Case(
        file("a.jsonl", line({"age": [3], "job": "x"})), DataError, ("'age' holds [3]", "flat"), row=1, field="text"
    ),
    "list for text": Case(file("a.jsonl", line(["a"])), DataError, ("list (['a'])", "Join"), row=1, field="text"),
    "half a character": Case(
        file("a.jsonl", GOOD + '{"text": "\\ud83d", "label": "good"}\n'), DataError, ("\\ud83d",), row=7, field="text"
    ),
    "null label": Case(
        file("a.jsonl", GOOD + line(label=None)), DataError, ("null", "leave it out"), row=7, field="label"
    ),
    "empty label": Case(file("a.csv", "text,label\na,x\nb,\n"), DataError, ("line 3", "''"), row=3, field="label"),
    "missing label": Case(file("a.jsonl", GOOD + '{"text": "a"}\n'), DataError, ("missing",), row=7, field="label"),
    "fraction for label": Case(
        file("a.jsonl", line(label=0.37)), DataError, ("0.37", "A label is"), row=1, field="label"
    ),
    "list for label": Case(file("a.jsonl", line(label=["a"])), DataError, ("list",), row=1, field="label"),
    "null label in Parquet": Case(
        parquet_file({"text": ["a", "b"], "label": ["x", None]}), DataError, ("row 2", "null"), row=2, field="label"
    ),
    "bytes for text": Case(
        parquet_file({"text": [b"a"], "label": ["x"]}), DataError, ("bytes", "not text"), row=1, field="text"
    ),
    "date for label": Case(
        frame(text=["a", "b"], label=[datetime.date(2026, 1, 1)] * 2),
        DataError,
        ("2026, 1, 1", "A label is a word", "label="),
        row=0,
        field="label",
    ),
    "endless number for label": Case(
        frame(text=["a", "b"], label=[1, 10**5_000]), DataError, ("16610 bits", "short"), row=1, field="label"
    ),
    "endless number for text": Case(
        frame(text=["a", 10**5_000], label=[1, 2]), DataError, ("int, not text", "text="), row=1, field="text"
    ),
    "NaN in a frame": Case(
        frame(text=["a", "b"], label=["x", float("nan")]), DataError, ("position 1",), row=1, field="label"
    ),
    "many bad rows": Case(
        file("a.jsonl", GOOD + line("") * 41), DataError, ("line 7", "40 more bad rows"), row=7, field="text"
    ),
    # labels
    "one label": Case(file("a.jsonl", line() * 3), DataError, ("same label, 'good'", "two labels"), field="label"),
    "label not allowed": Case(
        file("a.jsonl", GOOD + line(label="goood")),
        DataError,
        ("'goood'", "bad, good", "Did you mean 'good'?", "labels="),
        row=7,
        field="label",
        options={"labels": ["bad", "good"]},
    ),
    "a label in each row": Case(
        file("a.jsonl", "".join(line(label=f"id-{i}") for i in range(30))),
        DataError,
        ("'id-0'", "label="),
        field="label",
    ),
    "one allowed label": Case(
        file("a.jsonl", GOOD), ParameterError, ("at least two",), options={"labels": ["good"]}, parameter="labels"
    ),
    "allowed label twice": Case(
        file("a.jsonl", GOOD), ParameterError, ("different",), options={"labels": ["a", "a"]}, parameter="labels"
    ),
    "blank allowed label": Case(
        file("a.jsonl", GOOD), ParameterError, ("blanks",), options={"labels": ["a", " "]}, parameter="labels"
    ),
    "text for labels": Case(
        file("a.jsonl", GOOD), ParameterError, ("a list",), options={"labels": "ab"}, parameter="labels"
    ),
    "limit below labels": Case(
        file("a.jsonl", GOOD), ParameterError, ("limit=1", "at least 2"), options={"limit": 1}, parameter="limit"
    ),
    "limit of zero": Case(file("a.jsonl", GOOD), ParameterError, ("limit=0",), options={"limit": 0}, parameter="limit"),
    "unknown part": Case(
        file("a.jsonl", GOOD),
        ParameterError,
        ("'tset'", "Did you mean 'test'?"),
        options={"split": "tset"},
        parameter="split",
    ),
    "share of all": Case(
        file("a.jsonl", GOOD), ParameterError, ("1.0", "0.9"), options={"test_share": 1.0}, parameter="test_share"
    ),
    "nothing to spare": Case(
        file("a.jsonl", line(label="a") + line(label="b")),
        DataError,
        ("two rows", "Give more rows"),
        options={"split": "test"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_malformed_input_gives_one_clear_error(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KitError) as caught:
        load_data(case.make(tmp_path), **case.options)
    error = caught.value
    assert type(error) is case.kind
    for part in case.says:
        assert part in str(error)
    assert error.fix
    assert str(error).endswith(error.fix)
    if isinstance(error, DataError):
        assert (error.row, error.field) == (case.row, case.field)
    if isinstance(error, ParameterError):
        assert error.parameter == case.parameter
    assert KIT in Path(traceback.extract_tb(error.__traceback__)[-1].filename).parents


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file("a.jsonl", GOOD)(tmp_path)

    def refuse(self: Path, *_rest: Any) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)  # a mode would not stop root
    with pytest.raises(ParameterError, match="Permission denied"):
        load_data(path)


def test_missing_pyarrow_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet_file({"text": ["a", "b"], "label": ["x", "y"]})(tmp_path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"pip install .pyarrow"):
        load_data(path)
