"""Asking in an app, in real browsers: two at once, the service killed in mid-answer, and on they go."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from kit.apps.serve import App, start_app
from kit.jobs import runs
from kit.service import find, stop

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts
CODE = """import tinyservice
from kit.service import found
found._process = tinyservice.start

import kit

kit.Playground("tiny", max_new_tokens=500, examples=["Why?", "Which of these alerts needs a person?"])"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """An app that asks the service, in whose place stands one whose answers are counted out."""
    import nbformat

    path = tmp_path / "ask.ipynb"
    cells = [nbformat.v4.new_markdown_cell("# Ask"), nbformat.v4.new_code_cell(CODE)]
    path.write_text(json.dumps(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    try:
        with start_app(path, port=0, visitors=2) as served:
            yield served
        assert find() is not None, "the service is everybody's: it outlives the app"
    finally:
        stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield launched
        launched.close()


def _visit(browser: Browser, url: str, width: int, errors: list[str]) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url, wait_until="commit", timeout=2 * MINUTE)
    return page


def _panel(page: Page) -> Locator:
    return page.get_by_role("region", name="Playground", exact=True)


def _shot(page: Page, name: str) -> None:
    folder = os.environ.get("TUNEBOOK_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_the_service_is_killed_in_mid_answer_and_visitors_go_on(browser: Browser, app: App) -> None:
    errors: list[str] = []
    wide = _visit(browser, app.url, 1400, errors)
    narrow = _visit(browser, app.url.replace("?", "?theme=dark&"), 390, errors)
    for page, name in ((wide, "wide"), (narrow, "narrow")):
        expect(_panel(page)).to_be_visible(timeout=2 * MINUTE)
        _shot(page, f"playground-{name}-empty")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    _panel(wide).get_by_role("textbox", name="Question").fill("Which?")
    _panel(wide).get_by_role("textbox", name="Question").press("Control+Enter")
    _panel(narrow).get_by_role("button", name="Why?", exact=True).click()
    expect(_panel(narrow).get_by_role("textbox", name="Question")).to_have_value("Why?")
    _panel(narrow).get_by_role("button", name="Ask", exact=True).click()
    for page in (wide, narrow):
        expect(_panel(page).get_by_role("log")).to_contain_text("0 1 2 3", timeout=MINUTE)
    expect(_panel(wide).get_by_role("textbox", name="Question")).to_have_value("")
    expect(_panel(wide).get_by_role("textbox", name="Question")).to_be_focused()
    found = find()
    assert found is not None
    assert found.pid is not None
    os.kill(found.pid, signal.SIGKILL)
    for page in (wide, narrow):
        expect(_panel(page)).to_contain_text("the service stopped: starting it again")
    _shot(wide, "playground-wide-restarting")
    _shot(narrow, "playground-narrow-restarting")
    for page, name in ((wide, "wide"), (narrow, "narrow")):
        expect(_panel(page).get_by_role("log")).to_contain_text("498 499", timeout=MINUTE)
        expect(_panel(page).get_by_role("log")).to_contain_text("tokens/s")
        _shot(page, f"playground-{name}")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    now = find()
    assert now is not None
    assert now.pid != found.pid
    _panel(wide).get_by_role("textbox", name="Question").fill("And now?")
    _panel(wide).get_by_role("button", name="Ask", exact=True).click()
    expect(_panel(wide).locator(".tb-chips")).to_contain_text("writing")
    _panel(wide).get_by_role("button", name="Stop", exact=True).click()
    expect(_panel(wide).get_by_role("log")).to_contain_text("cut short")
    _panel(wide).get_by_role("button", name="Clear", exact=True).click()
    expect(_panel(wide)).to_contain_text("Cleared.")
    _panel(wide).get_by_role("button", name="Undo", exact=True).click()
    expect(_panel(wide).get_by_role("log")).to_contain_text("And now?")
    expect(_panel(narrow).get_by_role("log")).not_to_contain_text("And now?")
    assert runs() == []
    assert errors == []
