"""The panel of the data gate repairs: what would go, what is left, and what was done to this data before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tinygate import LIGHT, checked, rows

import kit
from kit.widgets import DataPanel


def test_it_repairs_and_stands_for_what_is_left(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    panel = panel_of(file, checks=LIGHT, max_length=64)
    page_of(panel)
    checked(panel)
    page = page_of(panel)
    assert panel.desk.steps == ("schema", "exact-duplicates")  # long rows are nobody's fault
    assert "Of 60 rows, 2 would go and 0 would be mended." in page.text
    panel.act("repair", **{"step:schema": True, "step:exact-duplicates": True, "step:length": True})
    assert "Of 60 rows, 3 would go" in page_of(panel).text
    panel.act("repair", **{"step:length": False})
    assert panel.cleaned is None
    panel.act("clean")
    assert panel.run is not None
    panel.run.wait(timeout=60)
    page = page_of(panel)
    assert "58 of 60 rows left" in page.text
    assert "Broken rows: 1 row left out" in page.text
    assert panel.data is not None
    assert panel.data.source == file  # until somebody says so
    panel.act("use", "cleaned")
    assert panel.data == panel.cleaned
    assert len(kit.load_data(panel.data.source, text="note", label="grade")) == 58
    spec = kit.TuneSpec(model="m", data=panel)  # the panel stands for its data
    assert spec.data == panel.cleaned
    panel.act("recheck")
    panel.run.wait(timeout=60)
    page = page_of(panel)
    assert "All 58 rows can be read." in page.text
    assert "notes.jsonl, cleaned: 58 rows" in page.text
    panel.act("use", "data")
    assert panel.data is not None


def test_a_new_panel_of_that_name_finds_report_and_cleaning(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    panel = panel_of(file, checks=LIGHT, name="mine")
    page_of(panel)
    checked(panel)
    panel.act("clean")
    assert panel.run is not None
    panel.run.wait(timeout=60)
    again = panel_of(file, name="mine")
    page = page_of(again)
    assert again.desk.report == panel.desk.report
    assert again.cleaned == panel.desk.cleaned_spec()
    assert "58 of 60 rows left" in page.text


def test_a_report_on_other_data_is_not_shown(
    file: str, tmp_path: Path, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    panel = panel_of(file, checks=("schema",), name="mine")
    page_of(panel)
    checked(panel)
    path = tmp_path / "other.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows()[30:]), encoding="utf-8")
    other = panel_of(str(path), name="mine")
    assert other.report is None
    assert "Broken rows" not in page_of(other).text.partition("Settings")[2]
    panel.act("clean")
    assert panel.run is not None
    panel.run.wait(timeout=60)
    panel.act("recheck")
    panel.run.wait(timeout=60)
    again = panel_of(file, name="mine")  # what a cleaning made of its data is its own
    assert again.report == panel.report


def test_earlier_reports_on_the_same_data_are_opened(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    panel = panel_of(file, checks=("schema",))
    page_of(panel)
    checked(panel)
    first = panel.run
    panel.act("again")
    panel.act("set", **{"check:balance": True})
    checked(panel)
    assert "1 earlier report on this data" in page_of(panel).text
    assert first is not None
    panel.act("earlier", first.id)
    page = page_of(panel)
    assert [row[0] for row in page.rows() if len(row) == 4] == ["Broken rows"]
    assert panel.desk.checks == ("schema",)
