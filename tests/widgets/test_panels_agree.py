"""Panels in several kernels that show one run agree, whatever becomes of it."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kit.jobs import Run
from kit.report import Event
from kit.widgets import RunsPanel, TunePanel

BOUND_S = 30.0  # within a second where the machine is free, as panels look every 0.3 s; other work may hold it
TRAINING: Event = {"kind": "progress", "phase": "training", "done": 187, "total": 300, "unit": "steps"}
CHANGES: list[tuple[list[Event], str, str]] = [  # what happens, what the list says then, what the panel says
    ([{"kind": "state", "state": "queued", "cause": "Waits for cuda:0."}], "queued", "queued"),
    ([{"kind": "state", "state": "running"}, TRAINING], "running", "training · step 187 of 300"),
    ([{"kind": "state", "state": "stopped"}], "stopped", "stopped"),
    ([{"kind": "state", "state": "starting"}], "starting", "going on"),  # it was resumed
    ([{"kind": "state", "state": "failed", "cause": "No."}], "failed", "failed"),
]
OTHER_KERNEL = r"""
import asyncio, re, sys
from kit.widgets import RunsPanel, TunePanel
def show(name, panel):
    def drawn(change):
        print(name, "|".join(re.findall('class="tb-chip"[^>]*>([^<]*)', change["new"])), flush=True)
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
        assert process.stdin is not None
        process.stdin.close()  # it ends with its input; somebody else may be reading what it prints
        process.wait(timeout=10)


def test_panels_in_two_kernels_show_each_change_of_one_run(
    tuned: Callable[..., Run],
    append: Callable[[Run, list[Event]], None],
    hear: Callable[..., None],
    other_kernel: Callable[[], subprocess.Popen[str]],
) -> None:
    run = tuned("")
    process = other_kernel()
    here: list[tuple[str, str]] = []
    there: list[tuple[str, str]] = []
    listener = threading.Thread(target=_listen, args=(process, there), daemon=True)
    listener.start()
    panels = {"list": RunsPanel(), "tune": TunePanel("m", "alerts.jsonl", name="p")}

    async def watch() -> None:
        for name, panel in panels.items():
            panel.widget.observe(lambda change, name=name: here.append((name, _chips(change["new"]))), "html")
            hear(panel, action="@seen", view="a")
        for events, listed, told in CHANGES:
            before = {"here": len(here), "there": len(there)}
            append(run, events)
            until = time.monotonic() + BOUND_S
            words = {"list": f"|{listed}", "tune": told}
            drawn = {"here": here, "there": there}
            while missing := [
                (where, name)
                for where in drawn
                for name in words
                if not any(who == name and words[name] in chips for who, chips in drawn[where][before[where] :])
            ]:
                assert time.monotonic() < until, (missing, events, here, there)
                await asyncio.sleep(0.05)

    asyncio.run(watch())
    for panel in panels.values():
        panel.close()


def _chips(html: str) -> str:
    return "|".join(re.findall('class="tb-chip"[^>]*>([^<]*)', html))


def _listen(process: subprocess.Popen[str], heard: list[tuple[str, str]]) -> None:
    """Note what the other kernel draws, as it draws it."""
    assert process.stdout is not None
    for line in process.stdout:
        name, _space, chips = line.rstrip("\n").partition(" ")
        heard.append((name, chips))


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
