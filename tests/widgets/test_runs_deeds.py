"""What is done with runs in the list: tick, stop, resume, put forward, delete, undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.jobs import Run, runs, start, trashed
from kit.widgets import RunsPanel


def test_ticks_stay_when_rows_go_out_of_sight(tick: Callable[..., None], tuned: Callable[..., Run]) -> None:
    a, b = tuned(), tuned("failed")
    panel = RunsPanel()
    tick(panel, a)
    panel.act("filter", state="failed")
    panel.act("tick", {"name": "every", "value": True}, every=True)
    assert panel.selected == [a, b]
    panel.act("tick", {"name": f"run:{b.id}", "value": False}, every=True, **{f"run:{b.id}": False})
    assert panel.selected == [a]
    panel.act("untick")
    assert panel.selected == []


@pytest.fixture
def thorough(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Run]:
    """Start work that keeps what it has done, in a process of its own, and stop it in the middle."""
    folder = str(Path(__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", folder)
    monkeypatch.syspath_prepend(folder)

    def stopped() -> Run:
        from tinywork import ThoroughSpec

        run = start(ThoroughSpec(steps=40, pause_s=0.02))
        next(event for event in run.watch(30) if event["kind"] == "metric")
        run.stop()
        return run.wait(20)

    return stopped


def test_a_run_is_resumed_from_its_row_and_finishes(thorough: Callable[[], Run], read: type[Any]) -> None:
    run = thorough()
    panel = RunsPanel()
    assert read(panel.html()).button("resume")["value"] == run.id
    panel.act("resume", run.id)
    assert panel.desk.problem is None
    page = read(panel.html())
    assert page.all("button", data_action="resume") == []
    assert page.button("stop")["value"] == run.id
    assert "2nd attempt" in page.rows()[0][0]
    run.wait(30)
    panel.refresh()
    assert run.status.state == "finished"
    assert read(panel.html()).rows()[0][1] == "finished"
    panel.act("resume", run.id)  # by a page that has not heard of it
    assert panel.desk.problem is not None
    assert "cannot be resumed: it is finished" in panel.desk.problem.message


def test_those_of_the_ticked_that_can_be_resumed_are(
    thorough: Callable[[], Run], tuned: Callable[..., Run], tick: Callable[..., None], read: type[Any]
) -> None:
    stopped, finished, living = thorough(), tuned(), tuned("")
    panel = RunsPanel()
    tick(panel, finished, living)
    ticked = read(panel.html()).all("button", data_key="resume")[0]
    assert ticked["title"] == "None of them was stopped, failed or crashed."
    tick(panel, stopped)
    assert "title" not in read(panel.html()).all("button", data_key="resume")[0]
    panel.act("resume")
    assert panel.desk.problem is None
    assert stopped.wait(30).status.attempt == 2
    assert finished.status.attempt == 1


def test_deleting_can_be_undone(tick: Callable[..., None], tuned: Callable[..., Run], read: type[Any]) -> None:
    a, b, c = tuned(), tuned("failed"), tuned("stopped")
    panel = RunsPanel()
    panel.act("delete", a.id)
    assert {run.id for run in runs()} == {b.id, c.id}
    tick(panel, b, c)
    panel.act("delete")
    page = read(panel.html())
    assert "2 runs were moved to the trash." in page.text
    assert panel.selected == []
    assert runs() == []
    panel.act("undo")
    assert {run.id for run in runs()} == {b.id, c.id}
    assert [run.id for run in trashed()] == [a.id]
    assert "trash" not in read(panel.html()).text


def test_a_living_run_is_not_deleted_and_the_rest_can_be_undone(
    tick: Callable[..., None], tuned: Callable[..., Run], read: type[Any]
) -> None:
    living, over = tuned(""), tuned()
    panel = RunsPanel()
    tick(panel, living, over)
    assert "1 of them are not over: stop them first." in read(panel.html()).text
    panel.act("delete")
    assert panel.desk.problem is not None
    assert "is not over" in panel.desk.problem.message
    assert runs() == [living]
    panel.act("undo")
    assert set(runs()) == {over, living}


def test_a_run_that_somebody_else_deleted_is_told(tick: Callable[..., None], tuned: Callable[..., Run]) -> None:
    run = tuned()
    panel = RunsPanel()
    tick(panel, run)
    panel.act("open", f"log:{run.id}")
    run.delete()
    panel.refresh()
    assert panel.selected == []
    panel.act("delete", run.id)
    assert panel.desk.problem is not None
    assert "not there any more" in panel.desk.problem.message


@pytest.mark.parametrize("action", ["stop", "delete", "open"])
@pytest.mark.parametrize("value", ["../x", "nothing", "log:", "log:../../etc", "x:y"])
def test_only_listed_runs_can_be_reached(action: str, value: str, tuned: Callable[..., Run]) -> None:
    tuned()
    panel = RunsPanel()
    panel.act(action, value)
    assert panel.desk.problem is not None
    assert len(runs()) == 1
