"""The list of runs keeps up with what happens elsewhere, and draws no more than it must."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from kit.jobs import Run
from kit.report import Event
from kit.widgets import RunsPanel
from kit.widgets.pulse import Pulse
from kit.widgets.running.page import runs_page

FINISHED: Event = {"kind": "state", "state": "finished"}


OTHER_KERNEL = """
import asyncio, sys, time
from kit.widgets import RunsPanel
panel = RunsPanel()
def drawn(change):
    print(time.time(), "finished" if "none running" in change["new"] else "-", flush=True)
async def show():
    panel.widget.observe(drawn, "html")
    panel.widget._handle_custom_msg({"action": "@seen", "view": "a"}, [])
    print("shown", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(show())
"""


def test_panels_in_two_kernels_agree_within_a_second(
    hear: Callable[..., None], tuned: Callable[..., Run], append: Callable[[Run, list[Event]], None]
) -> None:
    run = tuned("")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER_KERNEL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "shown\n"
    panels, drawn = [RunsPanel(), RunsPanel()], {}

    async def watch() -> float:
        for place, panel in enumerate(panels):
            panel.widget.observe(lambda change, place=place: _note(drawn, place, change["new"]), "html")
            hear(panel, action="@seen", view="a")
        await asyncio.sleep(0.5)
        append(run, [FINISHED])
        at = time.time()
        while len(drawn) < 2 and time.time() < at + 5:
            await asyncio.sleep(0.05)
        return at

    at = asyncio.run(watch())
    try:
        theirs = next(float(line.split()[0]) for line in other.stdout if line.split()[1] == "finished")
    finally:
        other.communicate(timeout=10)
        for panel in panels:
            panel.close()
    waits = [theirs - at, *(seconds - at for seconds in drawn.values())]
    assert len(waits) == 3
    assert max(waits) < 2, waits  # a second where the machine is free


def _note(drawn: dict[int, float], place: int, html: str) -> None:
    if "none running" in html:
        drawn.setdefault(place, time.time())


def test_a_new_run_and_one_deleted_elsewhere_show_by_themselves(
    hear: Callable[..., None], tuned: Callable[..., Run]
) -> None:
    run = tuned()
    panel = RunsPanel()

    async def watch() -> None:
        hear(panel, action="@seen", view="a")
        new = tuned("failed")
        await asyncio.sleep(0.8)
        assert new.id[-4:] in panel.widget.html
        run.delete()
        await asyncio.sleep(0.8)
        assert f"run-{run.id}" not in panel.widget.html

    asyncio.run(watch())
    panel.close()


def test_while_nothing_changes_nothing_is_drawn(tuned: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        tuned()
    panel = RunsPanel()
    panel.html()
    draws: list[object] = []
    monkeypatch.setattr(panel, "_page", lambda desk: draws.append(desk) or runs_page(desk))
    began = int(time.time() / 30)
    for _ in range(20):
        panel.refresh()
        panel.html()
    assert len(draws) <= int(time.time() / 30) - began  # the words for how long ago


def test_a_closed_panel_leaves_nothing_behind(hear: Callable[..., None], tuned: Callable[..., Run]) -> None:
    tuned("")
    panel = RunsPanel()
    view = panel.widget

    async def watch() -> None:
        hear(panel, action="@seen", view="a")
        assert len(Pulse.beating) == 1
        hear(panel, action="@gone", view="a")
        assert len(Pulse.beating) == 0  # no page shows it
        hear(panel, action="@seen", view="b")
        panel.close()
        assert len(Pulse.beating) == 0
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(watch())
    assert view._msg_callbacks.callbacks == []
    assert view.comm is None
    panel.refresh()
