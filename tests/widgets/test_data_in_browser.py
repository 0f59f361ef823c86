"""The data gate in a real browser: by keyboard, at any width, and nothing that axe objects to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shownpanel import Shown, showing
from tinyclerk import ClerkHere

from kit.widgets import DataPanel

pytestmark = pytest.mark.slow

WHOLE = "td, th, button, select, input, dd, p, li, label, summary, text"
CHECKS = ("schema", "length", "balance", "exact-duplicates")


class Gate(Shown):
    """The panel, which asks a clerk for rows, and its buttons."""

    def settle(self) -> None:
        self.panel.wait()

    def press(self, name: str) -> None:
        """Press the button of that name with the keyboard."""
        self.page.get_by_role("button", name=name, exact=True).press("Enter")
        self.sync()


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Gate]]:
    """Show a panel."""
    with showing(browser, Gate) as shown:
        yield shown


@pytest.fixture
def panel_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., DataPanel]:
    """Make a panel on forty rows, of which one is broken, one is long, and one is there twice."""
    monkeypatch.setattr("kit.widgets.gating.source.Clerk", ClerkHere)
    rows: list[dict[str, Any]] = [
        {"note": f"Pump {i} of hall {i % 7} leaks oil", "grade": ("low", "high")[i % 2]} for i in range(40)
    ]
    rows[3]["grade"], rows[10] = None, dict(rows[8])
    rows[20]["note"] = "averylongwordwithoutablank" * 12 + " and some more words" * 60
    path = tmp_path / "notes_of_a_rather_long_name_that_says_it_all.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return lambda: DataPanel(str(path), checks=CHECKS, max_length=64, name="d")


def test_check_open_search_repair_and_use_with_the_keyboard(
    show: Callable[..., Gate], panel_of: Callable[[], DataPanel]
) -> None:
    shown = show(panel_of(), 1400)
    page, panel = shown.page, shown.panel
    page.locator("select[name=label]").select_option("grade")
    assert shown.sync() == ["map"]
    shown.press("Check")
    assert panel.run is not None
    panel.run.wait(timeout=60)
    panel.wait()
    shown.sync()
    assert page.locator(".tb-gate-verdict").inner_text().startswith("Not ready to be trained on.")
    first = page.locator(".tb-gate .tb-name").first
    assert (first.inner_text(), first.get_attribute("aria-expanded")) == ("Broken rows", "false")
    first.press("Enter")
    assert shown.sync() == ["open"]
    assert first.get_attribute("aria-expanded") == "true"
    assert "line 4" in page.locator(".tb-flags").inner_text()
    search = page.get_by_role("textbox", name="Search rows")
    search.fill("pump 33")
    page.wait_for_function("window.sent.some((m) => m.action === 'find')")
    shown.sync()
    assert page.locator(".tb-gate-table tbody tr").count() == 1
    assert page.evaluate("document.activeElement.name") == "search"  # who types is not disturbed
    assert page.locator(".tb-gate-table mark").inner_text() == "high"
    page.locator("[name='step:length']").press("Space")
    assert shown.sync()[-1] == "repair"
    assert "Of 40 rows, 3 would go" in page.locator(".tb-repair").inner_text()
    shown.press("Clean")
    panel.run.wait(timeout=60)
    panel.wait()
    shown.sync()
    shown.press("Use the cleaned data")
    assert "37 of 40 rows left" in page.locator(".tb-repair").inner_text()
    assert panel.data == panel.cleaned
    assert panel.data is not None


@pytest.mark.parametrize("width", [1400, 700, 390])
def test_nothing_is_cut_off_or_scrolls_sideways(
    show: Callable[..., Gate], panel_of: Callable[[], DataPanel], width: int
) -> None:
    for panel in (panel_of(), reported(panel_of()), DataPanel()):
        shown = show(panel, width)
        shown.open_all()
        assert shown.cut_off(WHOLE) == []
        assert shown.wide <= width


def test_labels_of_bars_stay_whole_where_a_page_floats_its_lists(
    show: Callable[..., Gate], panel_of: Callable[[], DataPanel]
) -> None:
    shown = show(reported(panel_of()), 700)
    shown.page.add_style_tag(content="dl dt { float: left; width: 20%; clear: left }")  # as Voila's pages have it
    label = shown.page.locator(".tb-bar-list dt", has_text="high").first
    box = label.bounding_box()
    assert box is not None
    assert box["width"] > box["height"]  # in one line


@pytest.mark.parametrize("theme", ["", "theme-dark"])
def test_axe_objects_to_nothing(show: Callable[..., Gate], panel_of: Callable[[], DataPanel], theme: str) -> None:
    for panel, width in ((panel_of(), 700), (reported(panel_of()), 1400), (DataPanel(), 700)):
        shown = show(panel, width, theme)
        shown.open_all()
        assert shown.objections() == []


def reported(panel: DataPanel) -> DataPanel:
    """Check the data and open every finding."""
    panel.wait()
    panel.act("start")
    assert panel.run is not None
    panel.run.wait(timeout=60)
    panel.wait()
    for name in CHECKS:
        panel.act("open", name)
    panel.wait()
    return panel
