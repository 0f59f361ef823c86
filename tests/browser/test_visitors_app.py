"""Several visitors at once, with real browsers: they look, they wait for a place, they leave in every way there is."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from kit.apps.serve import App, start_app
from kit.jobs import runs

pytestmark = pytest.mark.slow

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "00_quickstart.ipynb"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield launched
        launched.close()


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


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_two_visitors_look_at_once_and_start_nothing(
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


def test_no_kernel_is_left_however_visitors_leave(browser: Browser, folder: Path) -> None:
    errors: list[str] = []
    ways: dict[str, Callable[[Page], object]] = {
        "stay, until the browser ends": lambda page: None,
        "close the tab": lambda page: page.close(),
        "close the tab, which may object": lambda page: page.close(run_before_unload=True),
        "close the window": lambda page: page.context.close(),
        "go elsewhere": lambda page: page.goto("about:blank"),
        "go back to the gallery": lambda page: page.get_by_role("link", name="All apps").click(),
        "crash": lambda page: page.goto("chrome://crash", wait_until="commit", timeout=2000),
        "another page in its place": lambda page: page.evaluate("location.replace('about:blank')"),
    }
    with start_app(folder, port=0, visitors=len(ways), cull_after_s=12, cull_every_s=1) as app:
        url = app.url.replace("?", "app/results/?")
        pages = []
        for _way in ways:  # one by one: a machine that starts seven at once may take longer than the cull time
            pages.append(_visit(browser, url, errors))
            _shown(pages[-1], "Compare")
        staying = pages[0]
        assert _kernels(app) == len(ways)
        for page, leave in zip(pages[1:], list(ways.values())[1:], strict=True):
            with contextlib.suppress(Error):  # a page that crashes says so
                leave(page)
        assert _until(lambda: _kernels(app) == 1, 40, staying), f"{_kernels(app)} kernels are left"
        staying.wait_for_timeout(3000)
        assert _kernels(app) == 1  # who is there keeps theirs
        browser.close()
        until = time.monotonic() + 30
        while _kernels(app) and time.monotonic() < until:
            time.sleep(0.2)
        assert _kernels(app) == 0
