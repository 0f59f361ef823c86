"""Choosing a model in a real browser: find it, look into it, take it, with the keyboard alone, at every width."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from shownpanel import Shown, showing

from kit.machine.speed import Speed
from kit.widgets import ModelPicker
from kit.widgets.picking.shown import PAGE

pytestmark = pytest.mark.slow

SPEED = Speed("cpu", 20.0, {"fp32": 0.1, "bf16": 0.4}, 3e-6, "2026-11-01T10:00:00+00:00")
WHOLE = "td, th, button, select, input, dd, .tb-way > *"


class Picker(Shown):
    """The picker, and the keyboard."""

    def press(self, *keys: str) -> list[str]:
        """Press keys one after another and return the actions that came of it."""
        return [action for key in keys for action in (self.page.keyboard.press(key), self.sync())[1]]

    @property
    def focus(self) -> str:
        """The key of the row that has the focus, or what else has it."""
        where = "(e => e.closest('tr')?.dataset.key ?? e.name ?? e.localName)(document.activeElement)"
        found: str = self.page.evaluate(where)
        return found


@pytest.fixture
def show(browser: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Picker]]:
    """Show a picker on a machine whose speed is known."""
    monkeypatch.setattr("kit.widgets.picking.probe.known_speed", lambda: SPEED)
    with showing(browser, Picker) as shown:
        yield shown


def test_a_model_is_found_looked_into_and_chosen_with_the_mouse(show: Callable[..., Picker]) -> None:
    shown = show(ModelPicker(name="a"))
    shown.page.locator("[name=text]").press_sequentially("qwen3", delay=10)
    shown.page.wait_for_timeout(350)
    assert shown.sync() == ["filter"]
    shown.page.locator("[name=size]").select_option("1")
    assert shown.sync() == ["filter"]
    assert shown.page.locator("tr[data-row]").count() == len(shown.panel.desk.found()) < PAGE
    shown.page.get_by_role("button", name="Qwen3 0.6B", exact=True).click()
    assert shown.sync()[-1] == "open"
    details = shown.page.locator("tr[data-opened]")
    assert "Apache-2.0 · commercial use" in details.inner_text()
    details.locator('button[value="bnb-nf4:qwen3-0.6b"], button[value="fp16:qwen3-0.6b"]').last.click()
    assert shown.sync() == ["hold"]
    assert shown.panel.model == "qwen3-0.6b"
    assert shown.panel.method in ("bnb-nf4", "fp16")
    shown.page.locator("[data-toggle=code]").click()
    assert "qwen3-0.6b" in shown.page.locator("[data-part=code]").inner_text()
    shown.page.get_by_role("button", name="Reset filters").click()
    assert shown.sync() == ["reset"]
    assert shown.page.locator("[name=text]").input_value() == ""
    assert "in use" in shown.page.locator("[data-key=chosen]").inner_text()


def test_keys_go_along_the_rows_open_them_and_choose(show: Callable[..., Picker]) -> None:
    panel = ModelPicker(name="b")
    panel.act("filter", sort="size", fits=True)
    shown = show(panel)
    names = [each.name for each in panel.desk.found()]
    shown.page.locator('tr[data-row][tabindex="0"]').focus()
    assert shown.press("Home", "ArrowDown", "ArrowDown", "ArrowUp") == []
    assert shown.focus == f"model-{names[1]}"
    assert shown.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert shown.press("ArrowRight") == ["open"]
    assert panel.desk.opened == names[1]
    assert shown.press("ArrowDown", "ArrowRight") == ["open"]  # past the details; one open at a time
    assert panel.desk.opened == names[2]
    assert shown.press("ArrowLeft") == ["open"]
    assert panel.desk.opened == ""
    assert shown.press("Enter") == ["use"]
    assert panel.model == names[2]
    assert shown.focus == f"model-{names[2]}"
    assert shown.press("ArrowDown", " ") == ["use"]
    assert panel.model == names[3]
    assert shown.page.locator('[aria-selected="true"]').get_attribute("data-key") == f"model-{names[3]}"
    assert shown.press("End") == []
    assert shown.focus == f"model-{names[PAGE - 1]}"


def test_a_row_that_cannot_be_chosen_opens_and_says_why(show: Callable[..., Picker]) -> None:
    panel = ModelPicker(name="c")
    panel.act("filter", reads="image")
    shown = show(panel)
    shown.page.locator("tr[data-row]").first.focus()
    assert shown.press("Enter") == ["open"]
    assert "engines here run text models" in shown.page.locator("tr[data-opened]").inner_text()


@pytest.mark.parametrize("theme", ["", "theme-dark"])
@pytest.mark.parametrize("width", [1400, 700, 390])
def test_it_reads_at_every_width_in_both_themes(show: Callable[..., Picker], width: int, theme: str) -> None:
    panel = ModelPicker(name="d")
    panel.act("filter", text="llama", sort="size")
    panel.act("open", panel.desk.found()[-1].name)
    shown = show(panel, width, theme)
    assert shown.wide <= width
    assert shown.cut_off(WHOLE) == []
    assert shown.objections() == []


def test_the_keyboard_reaches_every_field_and_button(show: Callable[..., Picker]) -> None:
    panel = ModelPicker(name="e")
    panel.act("open", panel.desk.found()[0].name)
    shown = show(panel, 1400)
    where = "(e => e.dataset.row !== undefined ? 'row' : e.name || e.dataset.action || e.localName)"
    reached = set()
    for _step in range(70):
        shown.page.keyboard.press("Tab")
        reached.add(shown.page.evaluate(f"{where}(document.activeElement)"))
    fields = {"text", "task", "size", "licence", "language", "reads", "made_for", "here", "fits", "sort"}
    assert {*fields, "context", "batch", "row", "open", "use", "hold", "get", "more", "summary"} <= reached
