"""Panels in several kernels that show one run agree within a second, whatever becomes of it."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kit.jobs import Run
from kit.report import Event
from kit.widgets import RunsPanel, TunePanel

BOUND_S = 2.0  # 1 s where the machine is free: panels look every 0.3 s
TRAINING: Event = {"kind": "progress", "phase": "training", "done": 187, "total": 300, "unit": "steps"}
CHANGES: list[tuple[list[Event], str, str]] = [  # what happens, what the list says then, what the panel says
    ([{"kind": "state", "state": "queued", "cause": "Waits for cuda:0."}], "queued", "queued"),
    ([{"kind": "state", "state": "running"}, TRAINING], "running", "training · step 187 of 300"),
    ([{"kind": "state", "state": "stopped"}], "stopped", "stopped"),
    ([{"kind": "state", "state": "starting"}], "starting", "going on"),  # it was resumed
    ([{"kind": "state", "state": "failed", "cause": "No."}], "failed", "failed"),
]
OTHER_KERNEL = r"""
import asyncio, re, sys, time
from kit.widgets import RunsPanel, TunePanel
def show(name, panel):
    def drawn(change):
        print(time.time(), name, "|".join(re.findall('class="tb-chip"[^>]*>([^<]*)', change["new"])), flush=True)
    panel.widget.observe(drawn, "html")
    panel.widget._handle_custom_msg({"action": "@seen", "view": "a"}, [])
async def main():
    show("list", RunsPanel())
    show("tune", TunePanel("m", "alerts.jsonl", name="p"))
    print("shown", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""


@pytest.fixture
def other_kernel() -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Show both panels in a process of its own, which prints when it draws and what."""
    begun: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        begun.append(subprocess.Popen([sys.executable, "-c", OTHER_KERNEL], env=environment, **pipes))
        output = begun[0].stdout
        assert output is not None
        while "shown" not in output.readline():
            assert begun[0].poll() is None
        return begun[0]

    yield begin
    for process in begun:
        process.communicate(timeout=10)


def test_panels_in_two_kernels_agree_within_a_second(
    tuned: Callable[..., Run],
    append: Callable[[Run, list[Event]], None],
    hear: Callable[..., None],
    other_kernel: Callable[[], subprocess.Popen[str]],
) -> None:
    run = tuned("")
    process = other_kernel()
    drawn: list[tuple[float, str, str]] = []
    panels = {"list": RunsPanel(), "tune": TunePanel("m", "alerts.jsonl", name="p")}
    happened: list[float] = []

    def note(name: str, html: str) -> None:
        drawn.append((time.time(), name, "|".join(re.findall('class="tb-chip"[^>]*>([^<]*)', html))))

    async def watch() -> None:
        for name, panel in panels.items():
            panel.widget.observe(lambda change, name=name: note(name, change["new"]), "html")
            hear(panel, action="@seen", view="a")
        for events, _listed, _told in CHANGES:
            await asyncio.sleep(0.8)
            happened.append(time.time())
            append(run, events)
        await asyncio.sleep(BOUND_S)

    asyncio.run(watch())
    for panel in panels.values():
        panel.close()
    theirs, _error = process.communicate(timeout=10)
    seen = [drawn, [_line(line) for line in theirs.splitlines()]]
    waits = [_wait(each, at, change) for at, change in zip(happened, CHANGES, strict=True) for each in seen]
    assert max(waits) < BOUND_S, waits


def _line(line: str) -> tuple[float, str, str]:
    at, name, *chips = line.split(" ", 2)
    return float(at), name, "".join(chips)


def _wait(drawn: list[tuple[float, str, str]], at: float, change: tuple[list[Event], str, str]) -> float:
    """Return how long after `at` the last of both panels showed the change."""
    _events, listed, told = change
    words = {"list": f"|{listed}", "tune": told}
    shown = [
        [when for when, who, chips in drawn if who == name and when > at and words[name] in chips] for name in words
    ]
    assert all(shown), (change, drawn)
    return max(times[0] - at for times in shown)


def test_a_panel_takes_up_the_run_that_the_same_panel_started_in_another_kernel(tuned: Callable[..., Run]) -> None:
    panel = TunePanel("m", "alerts.jsonl", name="p")
    panel.refresh()
    assert panel.run is None
    first = tuned("", age_s=100)
    panel.refresh()
    assert panel.run == first
    tuned("", age_s=50)
    panel.refresh()
    assert panel.run == first  # which goes on


def test_a_newer_run_is_taken_up_when_the_last_one_is_over_and_nobody_works_here(tuned: Callable[..., Run]) -> None:
    tuned("finished", age_s=100)
    panel, busy = (TunePanel("m", "alerts.jsonl", name="p") for _ in range(2))
    busy.act("again")
    busy.act("set", rank="7")
    newer = tuned("stopped", age_s=50)
    panel.refresh()
    busy.refresh()
    assert panel.run == newer
    assert busy.run != newer
    assert busy.desk.form.raw["rank"] == "7"
    busy.act("back")
    busy.refresh()
    assert busy.run == newer


def test_after_a_deletion_no_older_run_takes_its_place(tuned: Callable[..., Run]) -> None:
    tuned("finished", age_s=100)
    newer = tuned("finished", age_s=50)
    panel = TunePanel("m", "alerts.jsonl", name="p")
    assert panel.run == newer
    newer.delete()
    panel.refresh()
    panel.refresh()
    assert panel.run is None
    assert panel.desk.problem is not None
