"""Rows that others write in each format are read as they were, whatever their texts hold."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parent))  # its neighbours, which no package holds

import sheets

from kit.data import DataSpec
from kit.data.reading import Reading

# No halves of characters, which UTF-8 cannot hold, and no NUL, which is told as damage.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), min_size=1, max_size=40)
FIELDS = TEXTS.map(lambda text: text.replace("\r", "") or "x")
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS, lambda held: st.lists(held) | st.dictionaries(TEXTS, held)
)


def rows_of(texts: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.fixed_dictionaries({"text": texts, "label": st.sampled_from(["a", "b"]), "more": texts})
    return st.lists(row, min_size=1, max_size=5)


def read(content: bytes, name: str, encoding: str = "auto") -> list[dict[str, Any]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return [dict(entry.cells) for entry in Reading(DataSpec(source=str(path), encoding=encoding)).entries()]


quick = settings(max_examples=20, deadline=None)


@given(rows=rows_of(JSON), ascii_only=st.booleans(), end=st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))
@quick
def test_jsonl(rows: list[dict[str, Any]], ascii_only: bool, end: str) -> None:
    content = end.join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    assert read(content.encode(), "a.jsonl") == rows


@given(rows=rows_of(JSON), indent=st.sampled_from([None, 0, 2, "\t"]), blanks=st.sampled_from(["", " ", "\r\n"]))
@quick
def test_json(rows: list[dict[str, Any]], indent: Any, blanks: str) -> None:
    content = blanks + json.dumps(rows, indent=indent, ensure_ascii=False) + blanks
    assert read(content.encode(), "a.json") == rows


@given(
    rows=rows_of(FIELDS),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@quick
def test_csv(rows: list[dict[str, Any]], delimiter: str, end: str, quoting: Any) -> None:
    held = io.StringIO(newline="")
    writer = csv.DictWriter(held, ["text", "label", "more"], delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writeheader()
    writer.writerows(rows)
    assert read(held.getvalue().encode(), "a.csv") == rows


@given(rows=rows_of(FIELDS), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"]))
@quick
def test_named_encodings(rows: list[dict[str, Any]], encoding: str) -> None:
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    assert read(content.encode(encoding), "a.jsonl", encoding) == rows


@given(rows=rows_of(TEXTS))
@quick
def test_parquet(rows: list[dict[str, Any]]) -> None:
    held = io.BytesIO()
    pd.DataFrame(rows).to_parquet(held)
    assert read(held.getvalue(), "a.parquet") == rows


# What XML can hold; Excel itself writes other signs in a way of its own.
IN_XML = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zs"], exclude_characters="_"), min_size=1
)


@given(rows=rows_of(IN_XML))
@settings(max_examples=4, deadline=None, phases=[Phase.generate])  # each is a process
def test_xlsx(rows: list[dict[str, Any]]) -> None:
    table = [list(rows[0]), *([row[name] for name in rows[0]] for row in rows)]
    assert read(sheets.xlsx({"S": table}), "a.xlsx") == rows


@pytest.mark.parametrize("number", [0, -1, 2**53, 1.5, 1e300, -0.25])
def test_numbers_in_sheets(number: float) -> None:
    found = read(sheets.xlsx({"S": [["text", "n"], ["a", number]]}), "a.xlsx")
    assert found == [{"text": "a", "n": number}]
