"""Tuning in a real browser: by keyboard, with nothing cut off at any width and nothing that axe objects to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from kit.data.spec import DataSpec
from kit.jobs import Run
from kit.report import Event
from kit.tuning.presets import PRESETS
from kit.tuning.spec import TuneSpec
from kit.widgets import TunePanel
from kit.widgets.view import View

pytestmark = pytest.mark.slow

AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
MODEL = """
window.sent = []; window.heard = {}; window.html = %s;
window.model = {
  get: () => window.html, send: (m) => window.sent.push(m),
  on: (n, f) => (window.heard[n] ??= new Set()).add(f), off: (n, f) => window.heard[n]?.delete(f),
};
window.update = (html) => { window.html = html; window.heard["change:html"].forEach((f) => f()); };
"""
START = """async (script) => {
  const url = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
  (await import(url)).default.render({model: window.model, el: document.querySelector("#at")});
}"""
CUT_OFF = """[...document.querySelectorAll('td, th, button, select, input, dd, p, summary, .tb-tile, svg text')].filter(
  e => e.getBoundingClientRect().right > document.documentElement.clientWidth).map(e => e.outerHTML.slice(0, 90))"""


class Shown:
    """The panel in a browser; `sync` carries messages between the two."""

    def __init__(self, page: Page, panel: TunePanel, width: int, theme: str = "") -> None:
        self.page, self.panel = page, panel
        page.set_viewport_size({"width": width, "height": 900})
        body = f"<!doctype html><html lang=en><title>x</title><style>{View._css}</style><body class='{theme}'>"
        page.set_content(f"{body}<main><div id=at></div></main>")
        page.add_script_tag(content=MODEL % json.dumps(panel.html()))
        page.evaluate(START, View._esm)
        page.wait_for_function("window.sent.some((m) => m.action === '@width')")
        self.sync()

    def sync(self) -> list[str]:
        """Give the panel what the page said, and the page what the panel shows; return the actions."""
        said: list[dict[str, Any]] = self.page.evaluate("window.sent.splice(0)")
        for message in said:
            self.panel._take(message)
        self.page.evaluate("(html) => window.update(html)", self.panel.html())
        return [message["action"] for message in said if not message["action"].startswith("@")]


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Shown]]:
    """Show a panel."""
    page, panels = browser.new_page(), []

    def shown(panel: TunePanel, width: int = 700, theme: str = "") -> Shown:
        panels.append(panel)
        return Shown(page, panel, width, theme)

    yield shown
    page.close()
    for panel in panels:
        panel.close()


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
        for details in shown.page.locator(".tb-groups > details > summary").all():
            details.click()
        assert shown.page.evaluate(CUT_OFF) == []
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width


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
        for details in shown.page.locator("details > summary").all():
            details.click()
        shown.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = shown.page.evaluate("axe.run('.tunebook', {resultTypes: ['violations']})")
        assert found["passes"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
