"""The data gate in a real browser: by keyboard, at any width, and nothing that axe objects to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tinyclerk import ClerkHere

from kit.widgets import DataPanel
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
CUT_OFF = """[...document.querySelectorAll('td, th, button, select, input, dd, p, li, label, summary, text')].filter(
  e => e.getBoundingClientRect().right > document.documentElement.clientWidth).map(e => e.outerHTML.slice(0, 90))"""
CHECKS = ("schema", "length", "balance", "exact-duplicates")


class Shown:
    """The panel in a browser; `sync` carries messages between the two."""

    def __init__(self, page: Page, panel: DataPanel, width: int, theme: str = "") -> None:
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
        self.panel.wait()
        self.page.evaluate("(html) => window.update(html)", self.panel.html())
        return [message["action"] for message in said if not message["action"].startswith("@")]

    def press(self, name: str) -> None:
        """Press the button of that name with the keyboard."""
        self.page.get_by_role("button", name=name, exact=True).press("Enter")
        self.sync()


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Shown]]:
    """Show a panel."""
    page, panels = browser.new_page(), []

    def shown(panel: DataPanel, width: int = 700, theme: str = "") -> Shown:
        panels.append(panel)
        return Shown(page, panel, width, theme)

    yield shown
    page.close()
    for panel in panels:
        panel.close()


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
    show: Callable[..., Shown], panel_of: Callable[[], DataPanel]
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
    show: Callable[..., Shown], panel_of: Callable[[], DataPanel], width: int
) -> None:
    for panel in (panel_of(), reported(panel_of()), DataPanel()):
        shown = show(panel, width)
        for details in shown.page.locator("details > summary").all():
            if details.is_visible():
                details.click()
        assert shown.page.evaluate(CUT_OFF) == []
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width


def test_labels_of_bars_stay_whole_where_a_page_floats_its_lists(
    show: Callable[..., Shown], panel_of: Callable[[], DataPanel]
) -> None:
    shown = show(reported(panel_of()), 700)
    shown.page.add_style_tag(content="dl dt { float: left; width: 20%; clear: left }")  # as Voila's pages have it
    label = shown.page.locator(".tb-bar-list dt", has_text="high").first
    box = label.bounding_box()
    assert box is not None
    assert box["width"] > box["height"]  # in one line


@pytest.mark.parametrize("theme", ["", "theme-dark"])
def test_axe_objects_to_nothing(show: Callable[..., Shown], panel_of: Callable[[], DataPanel], theme: str) -> None:
    for panel, width in ((panel_of(), 700), (reported(panel_of()), 1400), (DataPanel(), 700)):
        shown = show(panel, width, theme)
        for details in shown.page.locator("details > summary").all():
            if details.is_visible():
                details.click()
        shown.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = shown.page.evaluate("axe.run('.tunebook', {resultTypes: ['violations']})")
        assert found["passes"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


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
