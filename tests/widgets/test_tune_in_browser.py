"""Tuning in a real browser: by keyboard, with nothing cut off at any width and nothing that axe objects to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from shownpanel import Shown, showing

from kit.data.spec import DataSpec
from kit.jobs import Run
from kit.report import Event
from kit.tuning.presets import PRESETS
from kit.tuning.spec import TuneSpec
from kit.widgets import TunePanel

pytestmark = pytest.mark.slow

WHOLE = "td, th, button, select, input, dd, p, summary, .tb-tile, svg text"


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Shown]]:
    """Show a panel."""
    with showing(browser) as shown:
        yield shown


@pytest.fixture
def running(left: Callable[..., Run], data: DataSpec) -> Callable[[], TunePanel]:
    """Return a panel with a run that goes on, an alarm in it, and two earlier ones on the same rows."""
    rows = [{"text": "Pay 9,400 to a payee that nobody knows " * 3, "gold": "hold", "answer": "keep", "before": "hold"}]

    def said(losses: list[float], end: str = "") -> list[Event]:
        events: list[Event] = [{"kind": "state", "state": "running"}]
        for step in range(1, 61):
            events.append({"kind": "metric", "name": "loss", "value": 2 / step, "step": step})
            events.append({"kind": "progress", "phase": "training", "done": step, "total": 90, "unit": "steps"})
        for place, loss in enumerate(losses, 1):
            events.append({"kind": "metric", "name": "validation_loss", "value": loss, "step": 12 * place})
            events.append({"kind": "metric", "name": "validation_accuracy", "value": 1 - loss, "step": 12 * place})
            events.append({"kind": "record", "name": "answers", "data": {"step": 12 * place, "rows": rows * 3}})
        return [*events, {"kind": "state", "state": end}] if end else events

    def make() -> TunePanel:
        for rank in (4, 8):
            left(TuneSpec(model="m", data=data, rank=rank), "other", said([0.9, 0.6, 0.5], "finished"))
        left(TuneSpec(model="m", data=data), "p", said([0.9, 0.5, 0.6, 0.7, 0.8]))
        return TunePanel("m", data, name="p")

    return make


def test_presets_and_fields_with_the_keyboard_alone(show: Callable[..., Shown], data: DataSpec) -> None:
    shown = show(TunePanel("m", data))
    keyboard = shown.page.keyboard
    shown.page.locator("[data-action=preset]").first.focus()
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    assert shown.sync() == ["preset"]
    assert shown.panel.desk.preset == "best"
    assert shown.page.locator("[name=rank]").input_value() == str(PRESETS["best"].get("rank", 16))
    assert shown.page.evaluate("document.activeElement.value") == "best"  # the focus stays where it was
    learning = shown.page.locator("[data-key=group-learning] > summary")
    learning.focus()
    keyboard.press("Enter")
    seed = shown.page.locator("[name=seed]")
    seed.fill("4")
    keyboard.press("Tab")
    assert shown.sync() == ["set"]
    assert shown.panel.desk.form.values()["seed"] == 4
    assert seed.is_visible()  # the group is still open
    assert "Changed from Best: seed 4 instead of 0" in shown.page.locator("[data-key=changes]").inner_text()
    shown.page.locator("[data-key=reset]").press("Enter")
    assert shown.sync() == ["reset"]
    assert seed.input_value() == "0"


@pytest.mark.parametrize("width", [1400, 700, 390])
def test_nothing_is_cut_off_or_scrolls_sideways(
    show: Callable[..., Shown], running: Callable[[], TunePanel], data: DataSpec, width: int
) -> None:
    for panel in (TunePanel("m", data), running()):
        shown = show(panel, width)
        for box in shown.page.locator("input[type=checkbox][name^='curve:']").all():
            box.check()
        shown.sync()
        shown.open_all(".tb-groups > details > summary")
        assert shown.cut_off(WHOLE) == []
        assert shown.wide <= width


def test_curves_of_earlier_runs_are_laid_over_by_a_tick(
    show: Callable[..., Shown], running: Callable[[], TunePanel]
) -> None:
    shown = show(running())
    boxes = shown.page.locator("input[type=checkbox][name^='curve:']")
    before = shown.page.locator("svg").first.get_attribute("aria-label") or ""
    boxes.first.check()
    assert shown.sync() == ["curve"]
    after = shown.page.locator("svg").first.get_attribute("aria-label") or ""
    assert "validation loss from" in before
    assert len(after) > len(before)
    assert boxes.first.is_checked()
    shown.page.get_by_role("button", name="Open").first.click()
    assert shown.sync() == ["open"]
    assert shown.page.get_by_role("button", name="Tune again").is_visible()


@pytest.mark.parametrize("theme", ["", "theme-dark"])
def test_axe_objects_to_nothing(
    show: Callable[..., Shown], running: Callable[[], TunePanel], data: DataSpec, theme: str
) -> None:
    for panel in (TunePanel("m", data), running()):
        shown = show(panel, 700, theme)
        shown.open_all()
        assert shown.objections() == []
