"""Excel and OpenDocument files: the first sheet with rows, in a process of its own."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

sys.path.append(str(Path(__file__).parent))  # its neighbours, which no package holds

import sheets

from kit.data import DataSpec, load_data
from kit.data.reading import Reading
from kit.errors import DataError, MissingPackageError

ROWS: list[list[Any]] = [
    ["text", "label", "n"],
    ["It rose; 价格 <&>", "up", 1],
    ["=SUM(A1)", "down", 2.5],
    ["two\nlines", "up", 45000],
]


def cells(path: Path) -> list[tuple[int, dict[str, Any]]]:
    return [(entry.number, dict(entry.cells)) for entry in Reading(DataSpec(source=str(path))).entries()]


@pytest.mark.parametrize(("suffix", "make"), [(".xls", sheets.xls), (".ods", sheets.ods)])
def test_each_kind_is_read_as_pandas_reads_it(suffix: str, make: Any, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(
        make([[str(value).replace("\n", " ") if n == 0 else value for n, value in enumerate(row)] for row in ROWS])
    )
    theirs = pd.read_excel(path, engine="calamine")
    ours = cells(path)
    assert [number for number, _ in ours] == [2, 3, 4]
    assert [row for _, row in ours] == theirs.to_dict("records")
    assert load_data(path).labels == ("down", "up")


def test_what_cells_become(tmp_path: Path) -> None:
    table = [
        ["text", "label", "day", "hour", "yes", None, "more"],
        ["a\nb", 1.0, (45000, sheets.DATE), (0.5, sheets.TIME), True, "lost", None],
        [None] * 7,
        ["c", 2, (45001, sheets.DATE), (0.25, sheets.TIME), False, None, 2.5],
    ]
    (tmp_path / "a.xlsx").write_bytes(sheets.xlsx({"S": table}, first_row=3))
    reading = Reading(DataSpec(source=str(tmp_path / "a.xlsx")))
    assert reading.columns == ("text", "label", "day", "hour", "yes", "more")
    assert [(entry.number, dict(entry.cells)) for entry in reading.entries()] == [
        (4, {"text": "a\nb", "label": 1, "day": "2023-03-15", "hour": "12:00:00", "yes": True, "more": None}),
        (6, {"text": "c", "label": 2, "day": "2023-03-16", "hour": "06:00:00", "yes": False, "more": 2.5}),
    ]
    assert reading.notes == ["1 row has cells in columns without a name; these were left out."]
    assert load_data(tmp_path / "a.xlsx").answers == ("1", "2")


def test_the_first_sheet_with_rows_is_taken_and_the_others_told(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(sheets.xlsx({"Empty": [], "First": ROWS, "Second": ROWS}))
    data = load_data(tmp_path / "a.xlsx")
    assert data.notes == ("Only the sheet 'First' was read; 1 other has rows: Second.",)
    assert len(data) == 3


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("far.xlsx", sheets.far_cell(), "asks for more than 3072 MiB"),
        ("bomb.xlsx", sheets.bomb(600), "600 MiB unpacked; up to 512"),
        ("cut.xlsx", sheets.xlsx({"S": ROWS})[:900], "not a spreadsheet"),
        ("none.xlsx", sheets.xlsx({"S": []}), "no rows"),
        ("twice.xlsx", sheets.xlsx({"S": [["a", "a"], ["b", "c"]]}), "more than one column named 'a'"),
        ("page.xls", b"<html><table><tr><td>text", "not a spreadsheet"),
    ],
)
def test_what_cannot_be_read_is_told(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=told) as caught:
        load_data(tmp_path / name)
    assert caught.value.fix


def test_text_under_the_name_of_a_sheet_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes("text\tlabel\nGröße\ta\nb\tb\n".encode("utf-16"))
    data = load_data(tmp_path / "a.xls")
    assert data.texts == ("Größe", "b")
    assert "holds delimited text" in data.notes[0]


def test_the_package_is_named_where_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.xlsx").write_bytes(sheets.xlsx({"S": ROWS}))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match="python-calamine"):
        load_data(tmp_path / "a.xlsx")
