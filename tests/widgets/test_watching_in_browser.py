"""The technician's panel in a browser: by keyboard, at any width, in light and dark, nothing that axe objects to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shownpanel import Shown, showing
from tinymachines import watch_of

from kit.verticals.manufacturing import decisions
from kit.widgets import MachinePanel

pytestmark = pytest.mark.slow

WHOLE = "td, th, button, select, input, textarea, p, li, label, svg, text"


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Shown]]:
    """Show a panel."""
    with showing(browser) as shown:
        yield shown


def test_a_technician_picks_a_machine_plans_a_check_and_takes_it_back(
    show: Callable[..., Shown], tmp_path: Path
) -> None:
    watch_of(tmp_path)
    shown = show(MachinePanel(tmp_path), 1400)
    page = shown.page
    page.get_by_role("button", name="M03", exact=True).press("Enter")
    assert shown.sync() == ["pick"]
    assert page.locator(".tb-watch-name").inner_text() == "M03"
    page.get_by_role("textbox", name="Note on M03").fill("tomorrow, early shift")
    page.get_by_role("button", name="Plan a check").press("Enter")
    assert shown.sync()[-1] == "plan"
    assert page.get_by_role("textbox", name="Note on M03").input_value() == ""  # it was sent
    assert "tomorrow, early shift" in page.locator(".tb-watch-decisions").inner_text()
    assert [each.note for each in decisions(tmp_path).all()] == ["tomorrow, early shift"]
    page.get_by_role("button", name="Undo").press("Enter")
    assert shown.sync() == ["takeback"]
    assert decisions(tmp_path).all() == []


def test_the_slider_goes_through_time_by_keyboard_and_keeps_the_focus(
    show: Callable[..., Shown], tmp_path: Path
) -> None:
    watch_of(tmp_path)
    panel = MachinePanel(tmp_path)
    shown = show(panel, 1000)
    newest = panel.desk.hour
    slider = shown.page.get_by_role("slider", name="As of")
    for _ in range(3):
        slider.press("ArrowLeft")
    shown.page.wait_for_function("window.sent.some((m) => m.action === 'hour')")
    shown.sync()
    assert panel.desk.hour == newest - 36
    assert shown.page.evaluate("document.activeElement.name") == "hour"
    assert slider.get_attribute("aria-valuetext") == "day 41, 00:00"
    assert slider.input_value() == str(panel.desk.hours.index(panel.desk.hour))


@pytest.mark.parametrize("width", [390, 700, 1400])
@pytest.mark.parametrize("theme", ["", "theme-dark"])
def test_nothing_is_cut_off_and_axe_objects_to_nothing(
    show: Callable[..., Shown], tmp_path: Path, width: int, theme: str
) -> None:
    watch_of(tmp_path)
    panel = MachinePanel(tmp_path)
    panel.act("pick", "M02")
    panel.act("plan", note="ask for a spare hose, the last one was cut to length twice already")
    shown = show(panel, width, theme)
    panel.act("later")
    shown.sync()
    assert shown.cut_off(WHOLE) == []
    assert shown.wide <= width
    assert shown.objections() == []
    if folder := os.environ.get("TUNEBOOK_SHOTS"):
        shown.page.screenshot(path=f"{folder}/machines-{width}-{theme or 'light'}.png", full_page=True)
