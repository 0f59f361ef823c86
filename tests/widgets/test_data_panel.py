"""The data gate with a panel: what the data is, what is found, rows, repair, and the data that comes of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tinyclerk import ClerkHere

import kit
from kit.data.spec import DataSpec
from kit.errors import KitError, ParameterError
from kit.gate import GateSpec
from kit.jobs import Run
from kit.report import Event
from kit.widgets import DataPanel

LIGHT = ("schema", "length", "balance", "exact-duplicates")
WORDS = ("crane", "pump", "valve", "motor", "belt", "drill", "lathe", "press")


def rows(n: int = 60) -> list[dict[str, Any]]:
    """Return rows: number 4 has no label, number 11 is number 10 again, number 21 is long."""
    made: list[dict[str, Any]] = [
        {"note": f"The {WORDS[i % 8]} of hall {i} stands still", "grade": ("low", "high")[i % 2], "site": "A"}
        for i in range(n)
    ]
    made[3]["grade"] = None
    made[10] = dict(made[9])
    made[20]["note"] += " and nobody knows why" * 30
    return made


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The rows, in a file."""
    path = tmp_path / "notes.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows()), encoding="utf-8")
    os.utime(path, (1e9, 1e9))
    return str(path)


@pytest.fixture(autouse=True)
def clerk_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save starting a process for each panel."""
    monkeypatch.setattr("kit.widgets.gating.source.Clerk", ClerkHere)


@pytest.fixture
def panel_of() -> Iterator[Callable[..., DataPanel]]:
    """Make panels and close them after the test."""
    made: list[DataPanel] = []

    def make(*given: Any, **named: Any) -> DataPanel:
        made.append(DataPanel(*given, **named))
        return made[-1]

    yield make
    for panel in made:
        panel.close()


@pytest.fixture
def page_of(read: type[Any]) -> Callable[[DataPanel], Any]:
    """Return the page of a panel once everything it asks for has come."""

    def settled(panel: DataPanel) -> Any:
        panel.wait()
        assert panel.desk.problem is None, panel.desk.problem
        return read(panel.html())

    return settled


def checked(panel: DataPanel) -> None:
    """Press Check and wait."""
    panel.act("start")
    assert panel.desk.problem is None, panel.desk.problem
    assert panel.run is not None
    panel.run.wait(timeout=60)
    panel.refresh()


def finding(check: str, level: str = "ok", n: int = 0, **more: Any) -> dict[str, Any]:
    """Return a finding as a run tells it."""
    flags = [
        {"part": "data", "place": i, "number": i + 1, "message": f"wrong <{i}>", "others": [], "score": 0.0}
        for i in range(n)
    ]
    told = {"summary": f"{check} says {n}.", "rows": n, "numbers": {}, "examples": flags, "seconds": 0.1}
    return {"check": check, "level": level, **told, **more}


def events(*findings: dict[str, Any], phase: str = "", end: str = "") -> list[Event]:
    """Return what a gate says that has come so far."""
    said: list[Event] = [{"kind": "state", "state": "running"}]
    said += [{"kind": "record", "name": "finding", "data": each} for each in findings]
    if phase:
        said.append({"kind": "progress", "phase": phase, "done": 30, "total": 60, "unit": "rows"})
    if end:
        said.append({"kind": "state", "state": end})
    return said


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


def test_it_checks_and_reports_the_gravest_first(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    panel = panel_of(file, checks=LIGHT, max_length=64)
    page_of(panel)
    checked(panel)
    page = page_of(panel)
    found = [row for row in page.rows() if len(row) == 4]
    assert found[0][:2] == ["Broken rows", "✕mend it"]
    assert found[0][3] == "1"
    assert [row[1] for row in found if row[0] == "Label balance"] == ["✓fine"]
    assert "Not ready to be trained on." in page.text
    result = panel.desk.result()
    assert result is not None
    assert result.facts["summary"] in page.text


def test_a_finding_opens_with_its_drawing_and_its_rows(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    panel = panel_of(file, checks=LIGHT, max_length=64)
    page_of(panel)
    checked(panel)
    for name in ("length", "balance", "exact-duplicates"):
        panel.act("open", name)
    page = page_of(panel)
    (svg,) = page.all("svg", **{"class": "tb-histogram"})
    assert "the longest has" in svg["aria-label"]
    assert "limit 64" in svg["text"]
    assert "low29" in page.text.replace(" ", "")  # bars of labels, with their numbers
    assert "line 11" in page.text
    assert page.text.count("The pump of hall 9 stands still") == 2  # in the finding and in the table
    panel.act("only", "exact-duplicates")
    page_of(panel)
    listed = panel.desk.page().value
    assert [row["number"] for row in listed["rows"]] == [11]
    panel.act("open", "length")
    assert page_of(panel).all("svg", **{"class": "tb-histogram"}) == []


def test_rows_are_searched_sorted_and_turned(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    panel = panel_of(file, checks=LIGHT, max_length=64)
    page_of(panel)
    checked(panel)
    numbers = lambda: [row["number"] for row in panel.desk.page().value["rows"]]  # noqa: E731
    page = page_of(panel)
    assert set(numbers()[:3]) == {4, 11, 21}  # problems first
    assert "1 to 10 of 60" in page.text
    panel.act("turn", "next")
    page_of(panel)
    assert len(numbers()) == 10
    panel.act("find", "HALL 59")
    page = page_of(panel)
    assert numbers() == [60]
    assert page.all("mark")[-1]["text"] == "high"  # the answer, marked
    panel.act("find", {"name": "search", "value": "no such words"}, search="no such words")
    assert "No row is like that." in page_of(panel).text
    panel.act("find", "")
    panel.act("order", "file")
    page_of(panel)
    assert numbers() == list(range(1, 11))
    panel.act("order", "colour")
    assert panel.desk.problem is not None


def test_what_rows_begin_with_alike_is_told_once(
    file: str, panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    page = page_of(panel_of(file))
    assert page.text.count("Classify the text. Answer with one of: high, low.") == 1


def test_the_report_grows_while_the_checks_tell(
    file: str, left: Callable[..., Run], panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    spec = GateSpec(data=DataSpec(source=file, text="note", label="grade"), checks=LIGHT)
    told = [finding("schema", "stop", 2), finding("length")]
    left(spec, "p", events(*told, phase="checking balance"))
    panel = panel_of(file, name="p")
    page = page_of(panel)
    found = [row for row in page.rows() if len(row) == 4]
    assert [row[0] for row in found] == ["Broken rows", "Length", "Label balance", "Exact duplicates"]
    assert found[2][2].startswith("checking: Label balance")
    assert found[3][2] == "waits"
    assert "2 checks of 4 have told" in page.text
    assert page.button("stop")["text"] == "Stop"
    assert "wrong <0>" not in page.text
    panel.act("open", "schema")
    assert "wrong <0>" in page_of(panel).text  # escaped, as text


def test_how_far_the_reading_is(file: str, left: Callable[..., Run], panel_of: Callable[..., DataPanel]) -> None:
    left(GateSpec(data=DataSpec(source=file)), "p", events(phase="reading"))
    html = panel_of(file, name="p").html()
    assert "reading · row 30 of 60" in html
    assert 'aria-valuenow="50"' in html


@pytest.mark.parametrize(("end", "told"), [("stopped", "has no verdict"), ("failed", "ended without a word")])
def test_a_check_that_came_to_no_end_has_no_verdict(
    file: str,
    end: str,
    told: str,
    left: Callable[..., Run],
    panel_of: Callable[..., DataPanel],
    page_of: Callable[..., Any],
) -> None:
    spec = GateSpec(data=DataSpec(source=file, text="note", label="grade"), checks=LIGHT)
    left(spec, "p", events(finding("schema"), end=end))
    page = page_of(panel_of(file, name="p"))
    assert told in page.text
    assert "Ready to be trained on" not in page.text
    assert page.button("resume")["text"] == "Resume"


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


def test_a_check_that_cannot_be_had_is_a_note(
    file: str, left: Callable[..., Run], panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    spec = GateSpec(data=DataSpec(source=file, text="note", label="grade"))
    lacking = finding("personal", "note", summary="Not looked at. presidio-analyzer is not installed. Add it.")
    left(spec, "p", events(finding("schema"), lacking, phase="checking length"))
    page = page_of(panel_of(file, name="p"))
    (row,) = [row for row in page.rows() if row[0] == "Personal data"]
    assert row[1:3] == ["iworth knowing", "Not looked at. presidio-analyzer is not installed. Add it."]
