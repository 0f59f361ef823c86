"""Tabular rows as text: what a template makes of them, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.data import DataSpec, load_data, open_data
from kit.data.template import columns_in, default_template, rendered
from kit.errors import DataError, ParameterError, UnknownNameError

AGE = "Age: {age}; job: {job}"


def csv(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(("age,job,rate,label", *lines)) + "\n", encoding="utf-8")
    return path


def test_rows_of_a_table_become_texts(tmp_path: Path) -> None:
    path = csv(tmp_path, "40,clerk,0.50,good", "007,,1e3,bad")
    data = load_data(path, template="{age}|{ job }|{rate}|{{x}}")
    assert data.texts == ("40|clerk|0.50|{x}", "007||1e3|{x}")  # numbers stand as in the file
    assert data.answers == ("good", "bad")


def test_the_text_column_is_not_read(tmp_path: Path) -> None:
    assert "text" not in DataSpec(source="a.csv", template=AGE).roles
    assert DataSpec(source="a.csv", template=AGE).wanted == ("age", "job", "label")


@pytest.mark.parametrize("task", ["classify", "choose", "answer", "continue"])
def test_every_task_takes_a_template(tmp_path: Path, task: str) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [{"age": i, "job": "clerk", "label": i % 2, "choices": ["a", "b"], "note": f"n{i}"} for i in range(30)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    context = "" if task == "continue" else "note"
    data = load_data(path, task=task, template=AGE, context=context, columns=["job"])
    assert data.texts[3] == "Age: 3; job: clerk"
    assert data.items[3].context == ("n3" if context else "")
    train, test = data.split(0.3, seed=2)
    for part in (data, train, test, data.take([5, 2])):  # rows that were picked are stored with a text of their own
        again = open_data(DataSpec.from_dict(json.loads(part.spec.to_json())))
        assert (again.hash, again.items) == (part.hash, part.items)


def test_rows_of_a_frame(tmp_path: Path) -> None:
    frame = pd.DataFrame({"age": [40, 20], "text": ["good", "bad"], "when": pd.to_datetime(["2026-01-02"] * 2)})
    data = load_data(frame, template="Age {age} on {when}", label="text")
    assert data.texts == ("Age 40 on 2026-01-02T00:00:00", "Age 20 on 2026-01-02T00:00:00")
    assert data.answers == ("good", "bad")
    assert open_data(data.spec).items == data.items


def test_values_of_every_kind() -> None:
    cells: dict[str, Any] = {"a": True, "b": None, "c": ["x", 2], "d": 0.1, "e": float("nan"), "f": " y "}
    assert rendered(cells, "{a} {b} {c} {d} {e} {f} {g}") == "true  x, 2 0.1   y  "


@pytest.mark.parametrize(
    ("cells", "told"),
    [({"age": None}, "every column of the template is empty"), ({"age": {"x": 1}}, "no word or number")],
)
def test_a_row_that_makes_no_text_is_told(tmp_path: Path, cells: dict[str, Any], told: str) -> None:
    path = tmp_path / "rows.jsonl"
    good = {"age": 1, "job": "x", "label": "a"}
    path.write_text("".join(json.dumps(row) + "\n" for row in (good, {**good, **cells, "job": None})), encoding="utf-8")
    with pytest.raises(DataError, match=told) as caught:
        load_data(path, template=AGE)
    assert (caught.value.row, caught.value.field) == (2, "age")


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("no column", "at least one column"),
        ("{age} and {", "character 11"),
        ("{age}}", "character 6"),
        ("{}", "character 1"),
        ("{ }", "character 1"),
        ("{age {job}}", "character 1"),
        ("{age} {label}", "must not stand in the question"),
    ],
)
def test_a_template_is_checked_when_the_spec_is_made(template: str, told: str) -> None:
    with pytest.raises(ParameterError, match=r"template=") as caught:
        DataSpec(source="rows.csv", template=template)
    assert told in str(caught.value)


def test_an_unknown_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"no column 'jobb'.*Write \{job\} in the template"):
        load_data(csv(tmp_path, "40,clerk,1,good"), template="{jobb}")


@pytest.mark.parametrize("template", ["{age.__class__}", "{age!r}", "{age:>10}", "{0}", "{age[0]}"])
def test_nothing_between_braces_is_carried_out(tmp_path: Path, template: str) -> None:
    with pytest.raises(UnknownNameError, match="no column"):
        load_data(csv(tmp_path, "40,clerk,1,good", "41,baker,2,bad"), template=template)


_name = st.text(st.characters(exclude_characters="{}", exclude_categories=("C", "Z")), min_size=1, max_size=8)


@given(cells=st.dictionaries(_name, st.text(max_size=8) | st.integers(), min_size=1, max_size=5))
def test_a_default_template_names_every_column_and_tells_every_value(cells: dict[str, Any]) -> None:
    template = default_template(list(cells))
    assert columns_in(template) == tuple(cells)
    if any(str(value).strip() for value in cells.values()):
        assert rendered(cells, template) == "; ".join(f"{name}: {value}" for name, value in cells.items())


@given(before=st.text(max_size=12), after=st.text(max_size=12))
def test_braces_written_twice_are_braces(before: str, after: str) -> None:
    def twice(text: str) -> str:
        return text.replace("{", "{{").replace("}", "}}")

    assert rendered({"a": "x"}, f"{twice(before)}{{a}}{twice(after)}") == f"{before}x{after}"
