"""Comparing in a real browser: a limit is dragged, runs are ticked, files are saved, at every width."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tinyruns
from playwright.sync_api import Page
from shownpanel import MODEL, START

import kit
from kit.widgets import ComparePanel
from kit.widgets.view import View

pytestmark = pytest.mark.slow

FOCUS = """(e => e === document.body ? null : e.dataset.limit ?? e.dataset.action ?? e.name ?? e.localName)(
  document.activeElement)"""


class Shown:
    """A panel in a browser; `sync` carries messages between the two."""

    def __init__(self, page: Page, panel: ComparePanel, width: int) -> None:
        self.page, self.panel = page, panel
        page.set_viewport_size({"width": width, "height": 1000})
        page.set_content(f"<!doctype html><style>{View._css}</style><div id=at></div>")
        page.add_script_tag(content=MODEL % json.dumps(panel.html()))
        page.evaluate(START, View._esm)
        page.wait_for_timeout(50)
        self.sync()

    def sync(self) -> list[dict[str, Any]]:
        """Give the panel what the page said, and the page what the panel shows; return the actions."""
        said: list[dict[str, Any]] = self.page.evaluate("window.sent.splice(0)")
        for message in said:
            self.panel.desk.files = []
            self.panel._take(message)
            for file in self.panel.desk.files:
                told = {"download": file.name, "type": file.type, "view": message["view"]}
                self.page.evaluate("([m, b]) => window.answer(m, b)", [told, list(file.content)])
        self.page.evaluate("(html) => window.update(html)", self.panel.html())
        self.page.evaluate("window.answer({done: 1e9})")
        return [message for message in said if not message["action"].startswith("@")]


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Shown]]:
    """Show a panel."""
    page, panels = browser.new_page(accept_downloads=True), []

    def shown(panel: ComparePanel, width: int = 700) -> Shown:
        panels.append(panel)
        return Shown(page, panel, width)

    yield shown
    page.close()
    for panel in panels:
        panel.close()


def line(shown: Shown, name: str) -> Any:
    """Return the line of a limit."""
    return shown.page.locator(f"[data-limit={name}]")


def drag(shown: Shown, name: str, to: tuple[float, float]) -> None:
    """Drag a line by its grip to a place on the page, in steps as a hand does."""
    box = line(shown, name).locator(".tb-grip").bounding_box()
    mouse = shown.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(*to, steps=5)


def test_a_limit_is_dragged_and_the_sentence_follows(show: Callable[..., Shown]) -> None:
    shown = show(ComparePanel(tinyruns.sweep()))
    plot = shown.page.locator(".tb-over").bounding_box()
    drag(shown, "e2el_s", (plot["x"] + plot["width"] * 0.4, plot["y"] + 60))
    field = shown.page.locator('input[name="limit:e2el_s"]')
    before = field.input_value()
    assert 200 < float(before) < 300  # at once, before Python has heard of it
    shown.page.wait_for_timeout(200)
    assert [each["action"] for each in shown.sync()] == ["limit"]
    assert line(shown, "e2el_s").get_attribute("data-held") == "mouse"  # still in the hand
    shown.page.mouse.up()
    shown.sync()
    assert shown.panel.desk.limits["e2el_s"] == pytest.approx(float(before) / 1000)
    assert field.input_value() == before
    assert line(shown, "e2el_s").get_attribute("data-held") is None
    assert "1 of 3 variants meets your limits: bf16." in shown.page.locator("[data-key=limit-fields]").inner_text()


def test_the_line_stands_where_the_hand_is_however_wide_the_page(show: Callable[..., Shown]) -> None:
    shown = show(ComparePanel(tinyruns.sweep()), 700)
    shown.page.set_viewport_size({"width": 560, "height": 1000})  # Python has not heard of it yet
    plot = shown.page.locator(".tb-over").bounding_box()
    at = plot["x"] + plot["width"] * 0.5
    drag(shown, "e2el_s", (at, plot["y"] + 80))
    box = line(shown, "e2el_s").locator("line").bounding_box()
    assert box["x"] + box["width"] / 2 == pytest.approx(at, abs=1.5)
    shown.page.mouse.up()


def test_dragged_back_to_the_edge_it_is_no_limit(show: Callable[..., Shown]) -> None:
    panel = ComparePanel(tinyruns.sweep())
    panel.act("limit", {"name": "acc", "typed": 80})
    shown = show(panel)
    plot = shown.page.locator(".tb-over").bounding_box()
    drag(shown, "acc", (plot["x"] + 300, plot["y"] + plot["height"]))
    shown.page.mouse.up()
    shown.sync()
    assert panel.desk.limits == {}
    assert shown.page.locator('input[name="limit:acc"]').input_value() == ""
    assert line(shown, "acc").get_attribute("aria-valuetext") == "no limit on accuracy"


def test_keys_move_a_limit_and_take_it_away(show: Callable[..., Shown]) -> None:
    shown = show(ComparePanel(tinyruns.sweep()))
    line(shown, "acc").focus()
    for key in ("PageUp", "ArrowUp", "ArrowUp", "ArrowDown"):
        shown.page.keyboard.press(key)
    shown.page.wait_for_timeout(200)
    assert [each["action"] for each in shown.sync()] == ["limit"]
    low, high = (float(line(shown, "acc").get_attribute(f"data-{end}")) for end in ("low", "high"))
    assert shown.panel.desk.limits["acc"] == pytest.approx(low + 0.12 * (high - low), abs=1e-3)
    assert shown.page.evaluate("document.activeElement.dataset.limit") == "acc"
    assert line(shown, "acc").get_attribute("aria-valuetext").startswith("accuracy at least 0.")
    shown.page.keyboard.press("Delete")
    shown.page.wait_for_timeout(200)
    shown.sync()
    assert shown.panel.desk.limits == {}


def test_runs_are_found_ticked_and_compared(show: Callable[..., Shown]) -> None:
    sweep, other = tinyruns.sweep(), tinyruns.evaluation()
    shown = show(ComparePanel())
    shown.page.locator("[name=find]").fill("evaluate")
    shown.page.wait_for_timeout(350)
    shown.sync()
    assert shown.page.locator(".tb-pick li").count() == 1
    shown.page.get_by_text("m · alerts.jsonl").click()  # the words are the label of the box
    shown.sync()
    shown.page.locator("[name=find]").fill("")
    shown.page.wait_for_timeout(350)
    shown.sync()
    shown.page.locator(f'[name="run:{sweep.id}"]').check()
    shown.sync()
    assert list(shown.panel.desk.sources.ticked) == [other.id, sweep.id]
    assert shown.page.locator("table[data-key=numbers] tbody tr").count() == 4


@pytest.mark.parametrize(("kind", "name"), [("csv", "m-comparison.csv"), ("html", "m-card.html")])
def test_files_are_saved_by_the_browser(show: Callable[..., Shown], kind: str, name: str, tmp_path: Path) -> None:
    shown = show(ComparePanel(tinyruns.sweep()))
    button = shown.page.locator(f"[data-key=export-{kind}]")
    assert not button.is_visible()
    shown.page.locator("[data-toggle=export]").click()
    button.click()
    with shown.page.expect_download() as waiting:
        shown.sync()
    assert waiting.value.suggested_filename == name
    waiting.value.save_as(tmp_path / name)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert "bnb-nf4" in text


def test_a_file_goes_only_to_the_page_that_asked(show: Callable[..., Shown]) -> None:
    shown = show(ComparePanel(tinyruns.sweep()))
    shown.page.evaluate("() => void (URL.createObjectURL = () => { window.saved = true; return 'blob:x'; })")
    shown.page.evaluate("window.answer({download: 'x', type: 'text/csv', view: 'another'}, [1])")
    assert not shown.page.evaluate("window.saved ?? false")


@pytest.mark.parametrize("width", [1400, 700, 390])
def test_nothing_scrolls_sideways_and_the_keyboard_reaches_everything(show: Callable[..., Shown], width: int) -> None:
    sweep = tinyruns.sweep()
    tinyruns.evaluation(rows="other")
    panel = ComparePanel([sweep])
    for action in ("pick", "examples"):
        panel.act(action)
    panel.act("set", which="all", left="fp32", right="bnb-nf4")
    shown = show(panel, width)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    reached = set()
    for _ in range(70):
        shown.page.keyboard.press("Tab")
        at = shown.page.evaluate(FOCUS)
        if at is None:
            break
        reached.add(at)
    assert {"acc", "e2el_s", "limit:acc", "quality", "cost", "find", "which", "words", "turn", "ask"} <= reached


@pytest.mark.parametrize("variants", [1, 14])
def test_the_card_prints_on_one_page(browser: Any, tmp_path: Path, variants: int) -> None:
    rows = list(kit.beside(tinyruns.sweep(), tinyruns.evaluation()).parts)
    many = [rows[n % len(rows)] for n in range(variants)]
    page = browser.new_page()
    page.goto(f"file://{kit.card(many, tmp_path / 'card.html', limits={'acc': 0.8})}")
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    page.emulate_media(color_scheme="dark", media="screen")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(22, 25, 30)"
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
