"""The panel of the data gate asks: what the data is, what its columns mean, what is to be checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tinygate import rows

import kit
from kit.data.spec import DataSpec
from kit.errors import KitError, ParameterError
from kit.widgets import DataPanel


def test_without_data_it_asks_for_some(panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]) -> None:
    panel = panel_of()
    page = page_of(panel)
    assert "Give the data that a model is to learn from" in page.text
    assert (page.button("start")["aria-disabled"], page.button("start")["title"]) == ("true", "Give data first.")
    assert panel.data is None
    panel.act("start")
    assert panel.desk.problem is not None
    assert kit.runs() == []
    panel.act("take", "finance-alerts")
    assert "finance-alerts" in page_of(panel).text
    assert panel.data == DataSpec(source="finance-alerts")


def test_it_proposes_task_and_columns_with_reasons(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    panel = panel_of(file)
    page = page_of(panel)
    assert "notes.jsonl: 60 rows, 3 columns" in page.text
    assert (panel.desk.task(), panel.desk.role("text"), panel.desk.role("label")) == ("classify", "note", "grade")
    assert "2 different words in 59 rows" in page.text
    assert "1 row cannot be used so. The first is line 4" in page.text
    assert panel.data == DataSpec(source=file, text="note", label="grade")


def test_columns_and_task_are_corrected(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    panel = panel_of(file)
    page_of(panel)
    panel.act("map", task="classify", text="note", label="site", context="")
    page_of(panel)
    assert panel.data == DataSpec(source=file, text="note", label="site")
    panel.act("map", task="classify", text="note", label="nowhere")
    assert panel.desk.problem is not None
    assert "nowhere" in panel.desk.problem.message
    panel.act("map", task="continue")
    page_of(panel)
    assert panel.data == DataSpec(source=file, task="continue", text="note")
    panel.act("map", task="classify")
    panel.act("map", task="classify", text="note", label="note")
    assert panel.desk.problem is not None  # one column for two things


def test_a_table_becomes_text_by_a_template(
    tmp_path: Path, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    path = tmp_path / "table.csv"
    lines = [f"{20 + i};{'baker' if i % 3 else 'smith'};{i * 100};{'good' if i % 2 else 'bad'}" for i in range(40)]
    path.write_text("age;job;income;verdict\n" + "\n".join(lines), encoding="utf-8")
    panel = panel_of(str(path))
    page = page_of(panel)
    assert "divided by semicolon" in page.text  # what was guessed while reading
    template = "Age {age}, {job}"
    panel.act("map", task="classify", template=template, label="verdict", context="")
    page = page_of(panel)
    assert panel.data is not None
    assert (panel.data.template, panel.data.label) == (template, "verdict")
    assert "Age 20, smith" in page.text
    panel.act("map", task="classify", template="{nothing}", label="verdict")
    panel.wait()
    assert "nothing" in panel.html()


def test_a_file_that_cannot_be_read_says_why(panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]) -> None:
    panel = panel_of("no-such-file.jsonl")
    page = page_of(panel)
    assert "cannot be read" in page.text
    assert page.all("input", name="source")  # another one can be given at once
    assert "no-such-file.jsonl" in page.all("div", role="alert")[0]["text"]
    assert page.button("start")["aria-disabled"] == "true"


@pytest.mark.parametrize("kind", ["path", "dataset", "spec", "part"])
def test_data_is_given_in_many_ways(
    kind: str, tmp_path: Path, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    path = tmp_path / "good.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows()[22:]), encoding="utf-8")
    whole = kit.load_data(path, text="note", label="grade")
    given = {"path": path, "dataset": whole, "spec": whole.spec, "part": whole.split()[0]}[kind]
    panel = panel_of(given)
    page = page_of(panel)
    assert panel.data is not None
    n = len(whole.split()[0]) if kind == "part" else 38  # a gate looks at every row of its source
    assert f"{n} rows" in page.text
    assert (panel.data.text, panel.data.label, panel.data.split) == ("note", "grade", "all")
    assert ("good.jsonl, training part: " if kind == "part" else "good.jsonl: ") in page.text


def test_a_dataframe_keeps_all_its_columns(panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]) -> None:
    import pandas as pd

    panel = panel_of(pd.DataFrame(rows()))
    page = page_of(panel)
    assert "60 rows, 3 columns" in page.text
    assert panel.data is not None
    assert Path(panel.data.source).exists()
    with pytest.raises(ParameterError, match="data=3"):
        panel_of(3)


def test_settings_are_refused_and_kept(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    with pytest.raises(ParameterError, match="max_length"):
        panel_of(file, max_length=1)
    with pytest.raises(KitError, match="checks"):
        panel_of(file, checks=("no-such",))
    panel = panel_of(file)
    page_of(panel)
    panel.act("set", max_length="7", near="0.9")
    page = page_of(panel)
    assert page.button("start")["aria-disabled"] == "true"
    assert "8" in page.all("span", **{"class": "tb-error"})[-1]["text"]
    panel.act("set", max_length="77")
    again = panel_of(file)
    assert again.desk.form.raw["max_length"] == "77"
    assert again.desk.form.raw["near"] == "0.9"


def test_the_code_does_what_the_button_does(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    panel = panel_of(file, test=file, near=0.9, checks=("schema", "balance"))
    page_of(panel)
    code = panel.desk.code().replace("kit.start(", "(")
    found: dict[str, Any] = {}
    exec(code, found)
    assert found["run"] == panel.desk.spec()
    assert found["run"].test is not None
    assert found["run"].near == 0.9
