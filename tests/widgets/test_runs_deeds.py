"""What is done with runs in the list: tick, stop, resume, put forward, delete, undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kit.jobs import Run, runs, trashed
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
