"""Several visitors at once, with real browsers: they look, they wait for a place, they leave in every way there is."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from kit.apps.serve import App, start_app
from kit.jobs import runs
from kit.service import stop

pytestmark = pytest.mark.slow

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "00_quickstart.ipynb"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts
VISITORS = 32
CULL_S = 25


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield launched
        launched.close()


@pytest.fixture(autouse=True)
def no_service_stays() -> Iterator[None]:
    """End the service that a visitor's question started."""
    yield
    stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two apps without weight."""
    import nbformat

    for name, panel in (("results", "ComparePanel"), ("runs", "RunsPanel")):
        cells = [
            nbformat.v4.new_markdown_cell(f"# All {name}\n\nLook at {name}. More."),
            nbformat.v4.new_code_cell(f"import kit\n\nkit.{panel}()"),
        ]
        told = {"tunebook": {"app": {"model": "smol", "accuracy": "0.81 ± .03 on 300 rows", "date": "2026-11-20"}}}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=told)
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return tmp_path


def _visit(browser: Browser, url: str, errors: list[str], *, width: int = 900, height: int = 900) -> Page:
    """Open a page as somebody whom the server does not know yet."""
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url, wait_until="commit", timeout=MINUTE)
    return page


def _come(browser: Browser, url: str, connected: set[Page]) -> Page:
    """Open a page, which is among those connected as soon as its kernel has told it something."""
    page = browser.new_context().new_page()
    page.on("websocket", lambda socket: socket.on("framereceived", lambda _frame: connected.add(page)))
    page.goto(url, wait_until="commit", timeout=MINUTE)
    return page


def _shown(page: Page, panel: str) -> None:
    expect(page.get_by_role("region", name=panel, exact=True)).to_be_visible(timeout=MINUTE)


def _kernels(app: App) -> int:
    children = psutil.Process(app.process.pid).children()
    return sum(each.status() != psutil.STATUS_ZOMBIE for each in children if each.is_running())


def _until(condition: Callable[[], bool], seconds: float, page: Page) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        page.wait_for_timeout(200)
    return condition()


def _shot(page: Page, name: str) -> None:
    folder = os.environ.get("TUNEBOOK_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_two_visitors_look_and_ask_at_once_and_start_nothing(
    browser: Browser, real_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEBOOK_QUICK", "1")
    errors: list[str] = []
    with start_app([QUICKSTART.parent], port=0, visitors=2) as app:
        base, token = app.url.split("?")
        wide = _visit(browser, f"{base}app/00-quickstart/?{token}", errors, width=1400)
        narrow = _visit(browser, f"{base}app/00-quickstart/?theme=dark&{token}", errors, width=390)
        for page in (wide, narrow):
            _shown(page, "Tune")
            foot = page.get_by_role("contentinfo", name="About this app")
            expect(foot).to_contain_text("only the owner starts work")
            expect(foot).to_contain_text("Not for decisions about people without review.")
            assert _fits(page)
        assert _kernels(app) == 2
        ink = [page.evaluate("getComputedStyle(document.querySelector('.tb-foot')).color") for page in (wide, narrow)]
        assert ink[0] != ink[1]
        start = wide.get_by_role("region", name="Tune", exact=True).get_by_role("button", name="Start", exact=True)
        expect(start).to_have_attribute("aria-disabled", "true")
        expect(start).to_have_attribute("title", re.compile("look at results and ask"))
        start.evaluate("button => { button.removeAttribute('aria-disabled'); button.click(); }")  # who knows the tools
        tune = wide.get_by_role("region", name="Tune", exact=True)
        expect(tune.get_by_role("alert")).to_contain_text("not start, change or delete runs", timeout=MINUTE)
        assert runs() == []
        for page, place in ((wide, 0), (narrow, 1)):
            play = page.get_by_role("region", name="Playground", exact=True)
            play.locator("[data-action=example]").nth(place).click()
            expect(play.get_by_role("textbox", name="Text")).not_to_have_value("")
            play.get_by_role("button", name="Ask", exact=True).click()
        for page, name in ((wide, "wide"), (narrow, "narrow")):
            said = page.get_by_role("region", name="Playground", exact=True).get_by_role("log")
            expect(said).to_contain_text("first token", timeout=3 * MINUTE)
            assert _fits(page)
            _shot(page, f"visitors-{name}")
        assert runs() == []
        narrow.get_by_role("link", name="All apps").click()
        expect(narrow.get_by_role("heading", name="Apps")).to_be_visible()
        assert _fits(narrow)
    assert errors == []


def test_who_finds_no_place_waits_and_goes_on(browser: Browser, folder: Path) -> None:
    errors: list[str] = []
    with start_app(folder, port=0, visitors=1) as app:
        first = _visit(browser, app.url, errors)
        first.get_by_role("link", name="All results").click()
        _shown(first, "Compare")
        expect(first.get_by_role("contentinfo", name="About this app")).to_contain_text("accuracy 0.81 ± .03")
        second = _visit(browser, app.url.replace("?", "app/runs/?"), errors, width=390)
        expect(second.get_by_role("status")).to_have_text("You are next.")
        assert _fits(second)
        third = _visit(browser, app.url.replace("?", "app/runs/?theme=dark&"), errors)
        expect(third.get_by_role("status")).to_have_text("You are number 2 in line.")
        assert _kernels(app) == 1
        first.close(run_before_unload=True)  # it says so: nobody waits for the kernel to be culled
        gone = time.monotonic()
        expect(second.get_by_role("heading", name="All runs")).to_be_attached(timeout=MINUTE)
        assert time.monotonic() - gone < 18  # else it would have taken the twenty seconds of those who leave silently
        _shown(second, "Runs")
        expect(third.get_by_role("status")).to_have_text("You are next.", timeout=10_000)
        assert _kernels(app) == 1
    assert errors == []


def _on(page: Page) -> None:
    page.goto("about:blank")


def _offline(page: Page) -> None:
    page.context.set_offline(True)
    page.close()


def _reload(page: Page) -> None:
    page.reload(wait_until="commit")
    page.close()


def _back_and_forth(page: Page) -> None:
    _on(page)
    page.go_back(wait_until="commit")
    _on(page)


def _freeze(page: Page) -> None:
    page.context.new_cdp_session(page).send("Page.setWebLifecycleState", {"state": "frozen"})
    page.close()


WAYS: dict[str, Callable[[Page], object]] = {
    "close the tab": lambda page: page.close(),
    "close the tab, which may object": lambda page: page.close(run_before_unload=True),
    "close the window": lambda page: page.context.close(),
    "go elsewhere": _on,
    "go back to the gallery": lambda page: page.get_by_role("link", name="All apps").click(),
    "crash": lambda page: page.goto("chrome://crash", wait_until="commit", timeout=2000),
    "another page in its place": lambda page: page.evaluate("location.replace('about:blank')"),
    "lose the network, then close": _offline,
    "reload, then close at once": _reload,
    "go on, come back, go on": _back_and_forth,
    "freeze, then close": _freeze,
}


def test_no_kernel_is_left_however_32_visitors_leave(browser: Browser, tmp_path: Path) -> None:
    import nbformat

    cells = [nbformat.v4.new_markdown_cell("# Here"), nbformat.v4.new_code_cell("print('Hello')")]
    for name in ("here", "there"):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    with start_app(tmp_path, port=0, visitors=40, cull_after_s=CULL_S, cull_every_s=1) as app:
        url, connected = app.url.replace("?", "app/here/?"), set[Page]()
        other = browser.browser_type.launch(executable_path=shutil.which("chromium"), args=QUIET)
        staying, ending = _come(browser, url, connected), _come(other, url, connected)
        pages: list[Page] = []
        while len(pages) < VISITORS - 1:  # a few at a time: all at once take longer than the cull time
            pages += [_come(browser, url, connected) for _ in range(min(3, VISITORS - 1 - len(pages)))]
            assert _until(partial(connected.issuperset, [staying, ending, *pages]), 4 * CULL_S, staying)
        assert _kernels(app) == VISITORS + 1
        ways = list(WAYS.values())
        for number, page in enumerate(pages):
            with contextlib.suppress(Error):  # a page that crashes says so
                ways[number % len(ways)](page)
        other.close()
        assert _until(lambda: _kernels(app) == 1, 3 * CULL_S, staying), f"{_kernels(app)} kernels are left"
        staying.wait_for_timeout(3000)
        assert _kernels(app) == 1  # who is there keeps theirs
