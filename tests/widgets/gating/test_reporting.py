"""The panel of the data gate reports: what is found while and after the checks, and the rows of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tinygate import LIGHT, checked

from kit.data.spec import DataSpec
from kit.gate import GateSpec
from kit.jobs import Run
from kit.report import Event
from kit.widgets import DataPanel


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


def test_a_check_that_cannot_be_had_is_a_note(
    file: str, left: Callable[..., Run], panel_of: Callable[..., DataPanel], page_of: Callable[..., Any]
) -> None:
    spec = GateSpec(data=DataSpec(source=file, text="note", label="grade"))
    lacking = finding("personal", "note", summary="Not looked at. presidio-analyzer is not installed. Add it.")
    left(spec, "p", events(finding("schema"), lacking, phase="checking length"))
    page = page_of(panel_of(file, name="p"))
    (row,) = [row for row in page.rows() if row[0] == "Personal data"]
    assert row[1:3] == ["iworth knowing", "Not looked at. presidio-analyzer is not installed. Add it."]
