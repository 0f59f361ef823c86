"""The list of runs keeps up with what happens elsewhere, and draws no more than it must."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from kit.jobs import Run
from kit.report import Event
from kit.widgets import RunsPanel
from kit.widgets.pulse import Pulse
from kit.widgets.running.page import runs_page

FINISHED: Event = {"kind": "state", "state": "finished"}


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
