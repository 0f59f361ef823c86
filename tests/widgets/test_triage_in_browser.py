"""The queue of alerts in a browser: by keyboard, at any width, in light and dark, nothing that axe objects to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from shownpanel import Shown, showing
from triagequeue import leave_queue

from kit.widgets import TriagePanel

pytestmark = pytest.mark.slow

WHOLE = "td, tbody th, button, select, input, p, li, label, svg, .tb-chip, .tb-share"
BOXES = """() => [...document.querySelectorAll('.tb-net text')].map(e => {
  const b = e.getBoundingClientRect(); return [e.textContent, b.left, b.top, b.right, b.bottom]; })"""


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Shown]]:
    """Show a panel."""
    with showing(browser) as shown:
        yield shown


def test_an_analyst_accepts_goes_on_overrides_and_takes_back(show: Callable[..., Shown]) -> None:
    leave_queue()
    shown = show(TriagePanel(), 1400)
    page = shown.page
    page.locator("tr[data-row]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert shown.sync() == ["use"]
    assert shown.panel.desk.chosen == "key3"
    page.get_by_role("button", name="Accept").press("Enter")
    assert shown.sync() == ["accept"]
    assert page.get_by_text("Accepted: Escalate.").is_visible()
    assert page.get_by_text("1 decided, 0 overridden").first.is_visible()
    page.get_by_role("button", name="Next alert").press("Enter")
    shown.sync()
    assert shown.panel.desk.chosen == "key4"
    page.get_by_role("button", name="Release", exact=True).press("Enter")
    shown.sync()
    assert page.get_by_text("2 decided, 1 overridden").first.is_visible()
    page.get_by_role("button", name="Undo").press("Enter")
    shown.sync()
    assert page.get_by_role("button", name="Accept").is_visible()
    page.get_by_role("textbox", name="Search alerts").fill("1,007")
    page.wait_for_function("window.sent.some((m) => m.action === 'filter')")
    shown.sync()
    assert page.locator("tr[data-row]").count() == 1


@pytest.mark.parametrize("width", [390, 700, 1400])
@pytest.mark.parametrize("theme", ["", "theme-dark"])
def test_nothing_is_cut_off_and_axe_objects_to_nothing(show: Callable[..., Shown], width: int, theme: str) -> None:
    leave_queue()
    panel = TriagePanel()
    panel.act("use", "key3")
    shown = show(panel, width, theme)
    for action in ("accept", "retract"):
        panel.act(action)
        shown.sync()
        assert shown.cut_off(WHOLE) == []
        assert shown.wide <= width
    assert shown.objections() == []
    found = shown.page.evaluate(BOXES)
    for place, (name, left, top, right, bottom) in enumerate(found):
        for other, o_left, o_top, o_right, o_bottom in found[place + 1 :]:
            apart = right <= o_left or o_right <= left or bottom <= o_top or o_bottom <= top
            assert apart, (name, other)
    if folder := os.environ.get("TUNEBOOK_SHOTS"):
        shown.page.screenshot(path=f"{folder}/alerts-{width}-{theme or 'light'}.png", full_page=True)


def test_deciding_moves_nothing(show: Callable[..., Shown]) -> None:
    leave_queue()
    panel = TriagePanel()
    panel.act("use", "key3")
    shown = show(panel, 1400)
    top = "document.querySelector('[data-key=why]').getBoundingClientRect().top"
    before = shown.page.evaluate(top)
    panel.act("accept")
    shown.sync()
    assert abs(shown.page.evaluate(top) - before) <= 2
