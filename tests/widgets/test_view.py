"""The glue: messages from a page, what is sent back, and that nothing stays behind when a panel is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import ipywidgets
import pytest

from kit.data.spec import DataSpec
from kit.jobs import Run
from kit.plots.style import DARK, LIGHT
from kit.report import Event
from kit.tuning.spec import TuneSpec
from kit.widgets import SweepPanel, TunePanel, columns
from kit.widgets.pulse import Pulse
from kit.widgets.view import View

TRAINING: list[Event] = [
    {"kind": "state", "state": "running"},
    {"kind": "progress", "phase": "training", "done": 1, "total": 4, "unit": "steps"},
    {"kind": "metric", "name": "loss", "value": 0.9, "step": 1},
]


def hear(panel: Any, **message: Any) -> None:
    """Give a panel a message as its page would send it."""
    panel.widget._handle_custom_msg(message, [])


@pytest.fixture
def running(left: Callable[..., Run], data: DataSpec) -> tuple[TunePanel, Run]:
    """A panel that shows a run that goes on."""
    run = left(TuneSpec(model="m", data=data), "p", TRAINING)
    return TunePanel("m", data, name="p"), run


def test_a_panel_is_a_widget_that_goes_into_boxes(data: DataSpec) -> None:
    panel = TunePanel("m", data)
    assert isinstance(panel.widget, ipywidgets.DOMWidget)
    assert panel.widget is panel.widget
    box = columns(panel, SweepPanel("m", data))
    assert panel.widget in box.children
    assert panel._repr_mimebundle_() is not None
    panel.close()


def test_a_script_needs_no_widget(data: DataSpec) -> None:
    panel = TunePanel("m", data)
    panel.act("set", rank="4")
    panel.refresh()
    assert panel._view is None
    assert 'value="4"' in panel.html()


def test_a_message_is_an_action_and_is_answered(data: DataSpec) -> None:
    panel = TunePanel("m", data)
    sent: list[Any] = []
    panel.widget.send = lambda content, buffers=None: sent.append(content)
    hear(panel, action="set", value={}, values={"rank": "0"}, number=7)
    assert sent == [{"done": 7}]
    assert panel.desk.form.errors == {"rank": "must be a whole number from 1 to 1024"}
    assert "must be a whole number" in panel.widget.html
    panel.close()


@pytest.mark.parametrize("action", ["__init__", "spec", "", "../x", "set.__globals__"])
def test_only_actions_can_be_asked_for(data: DataSpec, action: str) -> None:
    panel = TunePanel("m", data)
    hear(panel, action=action, value="", values=None)
    assert panel.desk.problem is not None
    assert "is not known" in panel.desk.problem.message
    panel.close()


def test_an_error_nobody_foresaw_is_shown_not_swallowed(data: DataSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = TunePanel("m", data)
    monkeypatch.setattr(panel.desk, "do_set", lambda value, values: 1 / 0)
    hear(panel, action="set", values={})
    assert "ZeroDivisionError" in panel.widget.html
    hear(panel, action="dismiss", values={})
    assert "ZeroDivisionError" not in panel.widget.html
    panel.close()


def test_a_shown_panel_follows_its_run_past_its_end(
    running: tuple[TunePanel, Run], append: Callable[[Run, list[Event]], None]
) -> None:
    panel, run = running
    drawn: list[str] = []
    panel.widget.observe(lambda change: drawn.append(change["new"]), "html")

    async def watch() -> None:
        hear(panel, action="@seen", view="a")
        assert panel._pulse.on
        await asyncio.sleep(0.7)
        quiet = len(drawn)
        append(run, [{"kind": "metric", "name": "tokens_per_s", "value": 1940.0, "step": 2}])
        await asyncio.sleep(0.5)
        assert len(drawn) == quiet + 1  # drawn because something changed, and only then
        assert "1,940" in drawn[-1]
        append(run, [{"kind": "state", "state": "stopped"}])
        await asyncio.sleep(0.6)
        assert "stopped" in drawn[-1]
        append(run, [{"kind": "state", "state": "starting"}])  # another kernel has resumed it
        await asyncio.sleep(0.6)
        assert "going on" in drawn[-1]
        assert "2nd attempt" in drawn[-1]

    asyncio.run(watch())
    panel.close()


def test_while_nothing_goes_on_nothing_is_drawn(
    left: Callable[..., Run], data: DataSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(TuneSpec(model="m", data=data), "p", [*TRAINING, {"kind": "state", "state": "finished"}])
    panel = TunePanel("m", data, name="p")
    drawn: list[object] = []
    page = panel._page
    monkeypatch.setattr(panel, "_page", lambda desk: drawn.append(desk) or page(desk))
    for _ in range(10):
        panel.refresh()
        panel.html()
    assert len(drawn) == 1
    panel.act("again")
    assert 'name="rank"' in panel.html()
    assert len(drawn) == 2


def test_a_panel_that_nobody_sees_does_not_look(running: tuple[TunePanel, Run]) -> None:
    panel, _run = running

    async def watch() -> None:
        hear(panel, action="@seen", view="a")
        hear(panel, action="@seen", view="b")
        hear(panel, action="@gone", view="a")
        assert panel._pulse.on
        hear(panel, action="@gone", view="b")
        assert not panel._pulse.on

    asyncio.run(watch())
    panel.close()


def test_a_closed_panel_leaves_nothing_behind(running: tuple[TunePanel, Run], data: DataSpec) -> None:
    panel, _run = running
    sweep = SweepPanel(panel, data)
    view: View = sweep.widget

    async def watch() -> None:
        hear(sweep, action="@seen", view="a")
        assert len(Pulse.beating) == 1
        assert panel.desk.listeners == 1
        sweep.close()
        assert len(Pulse.beating) == 0
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(watch())
    assert panel.desk.listeners == 0
    assert view._msg_callbacks.callbacks == []
    assert view.comm is None
    panel.close()
    panel.refresh()  # a closed panel can be asked without harm


@pytest.mark.parametrize(("told", "width"), [(640, 640), (5, 600), (10**9, 600), ("640", 600), (None, 600)])
def test_the_page_tells_its_width(data: DataSpec, told: Any, width: int) -> None:
    panel = TunePanel("m", data)
    hear(panel, action="@width", view="a", value=told)
    assert panel.desk.width == width
    panel.close()


def test_figures_are_as_wide_as_the_page(running: tuple[TunePanel, Run]) -> None:
    panel, _run = running
    hear(panel, action="@width", view="a", value=390)
    assert 'viewBox="0 0 364 170"' in panel.widget.html
    panel.close()


def test_the_style_sheet_has_the_colours_of_the_figures() -> None:
    sheet = str(View._css)
    for place in range(5):
        for theme in (LIGHT, DARK):
            assert f"--tb-s{place + 1}: {theme.series(place)};" in sheet
    assert "prefers-reduced-motion" in sheet
    assert 'data-jp-theme-light="false"' in sheet
