"""The list of all runs: what is in it, in which order, and how far each run is."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.errors import ParameterError, UnknownNameError
from kit.jobs import Run
from kit.place import runs_folder
from kit.report import Event
from kit.tuning.spec import TuneSpec
from kit.widgets import RunsPanel

RUNNING: Event = {"kind": "state", "state": "running"}


def names(panel: RunsPanel) -> list[str]:
    """Return the ids of the rows, in order."""
    return [each.id for each in panel.desk.found()[: panel.desk.limit]]


def test_without_runs_it_says_how_to_get_some(read: type[Any]) -> None:
    page = read(RunsPanel().html())
    assert "No runs yet: start one" in page.text
    assert page.all("table") == []
    assert "No runs of this kind yet" in read(RunsPanel(kind="tune").html()).text


def test_a_row_tells_what_a_list_must(tuned: Callable[..., Run], read: type[Any]) -> None:
    run = tuned(acc=0.79, model="hub/smol")
    (row,) = read(RunsPanel().html()).rows()
    assert row[0] == f"smol · alerts.jsonltune · {run.id[-4:]}"
    assert row[1:5] == ["finished", "0.79val. accuracy", "10 min ago", "4.0 s"]
    assert row[5] == "LogCodeDelete"


def test_a_living_run_tells_how_far_it_is_and_can_be_stopped(tuned: Callable[..., Run], read: type[Any]) -> None:
    run = tuned("", age_s=3)
    panel = RunsPanel()
    page = read(panel.html())
    assert "1 running" in page.text
    assert "training · step 186 of 300" in page.rows()[0][1]
    assert "left" in page.rows()[0][1]
    assert page.button("stop")["value"] == run.id
    panel.act("stop", run.id)
    page = read(panel.html())
    assert (run.folder / "stop").exists()
    assert "stopping" in page.rows()[0][1]
    assert page.button("stop")["title"] == "It stops at the next step."


@pytest.mark.parametrize("state", ["failed", "crashed"])
def test_trouble_is_told_with_its_cause(state: str, tuned: Callable[..., Run], left: Any, read: type[Any]) -> None:
    if state == "failed":
        tuned("failed", cause="No memory.")
    else:
        left(TuneSpec(model="m", data=DataSpec(source="d")), "p", [RUNNING], alive=False)
    cell = read(RunsPanel().html()).rows()[0][1]
    assert cell.startswith(state)
    assert ("No memory." if state == "failed" else "gone without a word") in cell


def test_rows_are_chosen_and_ordered(tuned: Callable[..., Run], measured: Callable[..., Run], read: type[Any]) -> None:
    low, high = tuned(acc=0.5, age_s=100), tuned("failed", acc=0.9, age_s=300, cause="Memory")
    sweep = measured()
    panel = RunsPanel()
    assert names(panel) == [sweep.id, low.id, high.id]
    panel.act("sort", "result")
    assert names(panel) == [high.id, low.id, sweep.id]  # what has no figure comes last, whichever way
    panel.act("sort", "result")
    assert names(panel) == [low.id, high.id, sweep.id]
    page = read(panel.html())
    assert [e["aria-sort"] for e in page.all("th", scope="col") if e.get("aria-sort")] == ["ascending"]
    panel.act("filter", state="failed", kind="", text="", sort="started")
    assert names(panel) == [high.id]
    panel.act("filter", state="", kind="sweep", text="")
    assert names(panel) == [sweep.id]
    panel.act("filter", state="", kind="", text=" MEMORY ")
    assert names(panel) == [high.id]
    assert "text='MEMORY'" in panel.desk.code()
    panel.act("filter", text="nothing like it")
    assert "No run answers to this." in read(panel.html()).text
    panel.act("everything")
    assert len(names(panel)) == 3


@pytest.mark.parametrize("column", ["started", "run", "kind", "state", "result", "took"])
def test_every_column_orders_runs_of_every_state(column: str, tuned: Any, measured: Any, left: Any) -> None:
    made = [
        tuned(),
        tuned(""),
        tuned("failed"),
        measured(),
        left(TuneSpec(model="a", data=DataSpec(source="d")), "p", []),
    ]
    panel = RunsPanel()
    panel.act("sort", column)
    assert panel.desk.problem is None
    assert sorted(names(panel)) == sorted(run.id for run in made)


def test_arguments_narrow_the_list_for_good(tuned: Callable[..., Run], measured: Callable[..., Run]) -> None:
    tuned(), tuned("failed"), measured()
    panel = RunsPanel(kind="tune", state=["finished", "stopped"])
    assert len(names(panel)) == 1
    panel.act("filter", state="failed")
    assert names(panel) == []
    panel.act("everything")
    assert len(names(panel)) == 1
    assert "kind='tune'" in panel.desk.code()
    assert "state=['finished', 'stopped']" in panel.desk.code()


def test_its_code_lists_the_same(tuned: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    tuned()
    failed = tuned("failed")
    panel = RunsPanel(kind="tune")
    panel.act("filter", state="failed", text="alerts")
    exec(panel.desk.code(), {})
    assert capsys.readouterr().out == f"{failed!r}\n"


def test_wrong_arguments_are_told() -> None:
    with pytest.raises(UnknownNameError, match="finishd"):
        RunsPanel(state="finishd")
    with pytest.raises(ParameterError, match="kinds"):
        RunsPanel(kinds="tune")  # type: ignore[call-arg]
    with pytest.raises(ParameterError, match="kind="):
        RunsPanel(kind=3)  # type: ignore[arg-type]


def test_a_thousand_runs_are_drawn_at_once_and_twenty_at_a_time(tuned: Callable[..., Run], read: type[Any]) -> None:
    first = tuned()
    for place in range(999):
        shutil.copytree(first.folder, runs_folder() / f"x-{place:04d}")
    began = time.perf_counter()
    panel = RunsPanel()
    html = panel.html()
    seconds = time.perf_counter() - began
    assert seconds < 2, f"{seconds:.2f} s"  # 0.12 s on two cores; the bound is for busy machines
    page = read(html)
    assert len(page.rows()) == 20
    assert "20 of 1,000 shown" in page.text
    assert page.button("more")["text"] == "Show 20 more"
    panel.act("more")
    assert len(read(panel.html()).rows()) == 40


def test_everything_that_can_be_pressed_has_a_name(tuned: Callable[..., Run], read: type[Any]) -> None:
    tuned(), tuned("")
    page = read(RunsPanel().html())
    assert all(e["text"].strip() or e.get("aria-label") for e in page.all("button"))
    labelled = " ".join(e["text"] for e in page.all("label"))
    assert all(e.get("aria-label") or "alerts.jsonl" in labelled for e in page.all("input"))
    assert len({e["aria-label"] for e in page.all("button") if e.get("data-action") == "open"}) == 4


def test_it_keeps_no_file_of_its_own(tuned: Callable[..., Run]) -> None:
    run = tuned()
    before = json.dumps(sorted(str(path) for path in Path(runs_folder().parent).rglob("*")))
    panel = RunsPanel()
    panel.act("filter", state="finished")
    panel.act("open", f"log:{run.id}")
    assert json.dumps(sorted(str(path) for path in Path(runs_folder().parent).rglob("*"))) == before
