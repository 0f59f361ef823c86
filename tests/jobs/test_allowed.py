"""What the kernel of an app for visitors may not do to runs, whichever way it is asked; and how panels say so."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1]))

from tinywork import CountSpec

from kit import jobs
from kit.errors import KitError, ReadOnlyError
from kit.jobs import READ_ONLY, Run, read_only, run_here
from kit.place import runs_folder
from kit.widgets import parts
from kit.widgets.keep import keep, recall

DEEDS: dict[str, Callable[[Run], object]] = {
    "start": lambda run: jobs.start(run.spec),
    "start elsewhere": lambda run: jobs.start(run.spec, on="tcp://127.0.0.1:1"),
    "run here": lambda run: run_here(run.spec),
    "resume": lambda run: run.resume(),
    "stop": lambda run: run.stop(),
    "delete": lambda run: run.delete(),
    "restore": lambda run: jobs.restore(run.id),
    "empty the trash": lambda run: jobs.empty_trash(0),
    "begin now": jobs.begin_now,
    "move": lambda run: jobs.move(run, 0),
}


@pytest.fixture
def run() -> Run:
    return run_here(CountSpec(steps=1))


@pytest.fixture
def visitor(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv(READ_ONLY, "1")
    return run


def _everything() -> list[tuple[str, int]]:
    home = runs_folder().parent
    return sorted((str(path.relative_to(home)), path.stat().st_mtime_ns) for path in home.rglob("*"))


@pytest.mark.parametrize("deed", DEEDS)
def test_a_visitor_changes_nothing(visitor: Run, deed: str) -> None:
    before = _everything()
    with pytest.raises(ReadOnlyError, match="can look at results and ask the model") as caught:
        DEEDS[deed](visitor)
    assert "--allow-start" in caught.value.fix
    assert _everything() == before


def test_a_visitor_reads_everything(visitor: Run) -> None:
    assert visitor.result.status == "finished"
    assert visitor.summary.state == "finished"
    assert list(visitor.watch(timeout=1))
    assert [found.id for found in jobs.runs()] == [visitor.id]
    assert jobs.queue() == []


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv(READ_ONLY, value)
    assert read_only() is expected


def test_without_it_everything_is_allowed(run: Run) -> None:
    assert not read_only()
    run.delete()
    assert jobs.restore(run.id) == run


def test_what_one_visitor_chooses_no_other_finds(visitor: Run) -> None:
    keep("panel", {"a": 1})
    assert recall("panel") == {}


def test_buttons_say_why_they_cannot_be_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: str(parts.button("Go", name)) for name in ("start", "ask")}
    assert not any("aria-disabled" in html for html in before.values())
    monkeypatch.setenv(READ_ONLY, "1")
    start, ask = str(parts.button("Go", "start", main=True)), str(parts.button("Go", "ask"))
    assert 'aria-disabled="true"' in start
    assert "not start, change or delete runs" in start
    assert ask == before["ask"]


def test_a_panel_says_so_and_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from kit.widgets.desk import Desk

    class Starting(Desk):
        def do_start(self, value: Any, values: dict[str, Any]) -> None:
            self.begin(CountSpec(steps=1))

    monkeypatch.setenv(READ_ONLY, "1")
    desk = Starting("a panel")
    desk.act("start")
    assert desk.problem is not None
    assert "can look at results" in desk.problem.message
    assert dataclasses.asdict(desk.problem)["detail"] == ""  # no traceback: it is no fault
    assert jobs.runs() == []


@pytest.mark.parametrize("action", ["source", "test", "measure"])
def test_a_visitor_names_no_files_of_the_machine(monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    from kit.widgets.desk import Desk

    done: list[str] = []

    def do(self: Desk, value: Any, values: dict[str, Any]) -> None:
        done.append(action)

    desk = type("Reading", (Desk,), {f"do_{action}": do})("a panel")
    desk.act(action, "/etc/passwd")
    assert done == [action]
    monkeypatch.setenv(READ_ONLY, "1")
    desk.act(action, "/etc/passwd")
    assert done == [action]
    assert "can look at results" in desk.problem.message


def test_it_is_an_error_of_ours() -> None:
    assert issubclass(ReadOnlyError, KitError)
    assert issubclass(ReadOnlyError, PermissionError)
