"""The list of runs as an app, used by visitors: stop, resume, put forward, start now, and a page that is reloaded."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from kit.apps.serve import start_app
from kit.jobs import Run, runs, start

pytestmark = pytest.mark.slow

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts
AGREED_S = 2.0  # 1 s where the machine is free


@pytest.fixture(autouse=True)
def importable_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app's kernels and the workers import `tinywork`."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


@pytest.fixture
def app_url(tmp_path: Path) -> Iterator[str]:
    """Serve a notebook that holds the list of runs, and stop every run that a test leaves."""
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import kit\n\nkit.RunsPanel()")])
    path = tmp_path / "runs.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with start_app(path, port=0, allow_start=True) as app:
        yield app.url
    for run in runs(state="living"):
        run.stop()
        run.wait(30)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, app_url: str) -> Iterator[Callable[[], Page]]:
    """Open the app as one more visitor; an error in a page fails the test."""
    errors: list[str] = []

    def visitor() -> Page:
        page = browser.new_context().new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app_url, wait_until="commit", timeout=2 * MINUTE)
        expect(page.get_by_role("region", name="Runs", exact=True)).to_be_visible(timeout=2 * MINUTE)
        return page

    yield visitor
    assert errors == []


def row(page: Page, run: Run) -> Locator:
    """Return the row of a run."""
    return page.locator(f'[data-key="run-{run.id}"]')


def chip(page: Page, run: Run, state: str) -> Locator:
    """Return the chip that shows a run in this state."""
    return row(page, run).locator(".tb-chip", has_text=re.compile(f"^{state}$"))


def test_a_run_is_stopped_resumed_and_finished_by_clicks(visit: Callable[[], Page]) -> None:
    from tinywork import ThoroughSpec

    page = visit()
    run = start(ThoroughSpec(steps=150, pause_s=0.04))
    expect(row(page, run).get_by_text(re.compile(r"counting · \d+ of 150 numbers"))).to_be_visible(timeout=MINUTE)
    expect(row(page, run).get_by_text(re.compile("left · .* numbers/s"))).to_be_visible(timeout=MINUTE)
    row(page, run).get_by_role("button", name="Stop").click()
    expect(chip(page, run, "stopped")).to_be_visible(timeout=MINUTE)
    done = len(run.status.curves["number"])
    assert 0 < done < 150
    page.reload(wait_until="commit", timeout=2 * MINUTE)
    expect(chip(page, run, "stopped")).to_be_visible(timeout=2 * MINUTE)
    row(page, run).get_by_role("button", name="Resume").click()
    expect(row(page, run).get_by_text("2nd attempt")).to_be_visible(timeout=MINUTE)
    expect(chip(page, run, "finished")).to_be_visible(timeout=MINUTE)
    assert run.result.facts["counted"] == list(range(150))
    page.reload(wait_until="commit", timeout=2 * MINUTE)
    expect(chip(page, run, "finished")).to_be_visible(timeout=2 * MINUTE)
    expect(row(page, run).get_by_text("2nd attempt")).to_be_visible()


def test_one_that_waits_is_put_forward_and_started_now(visit: Callable[[], Page]) -> None:
    from tinywork import HungrySpec

    first = start(HungrySpec(steps=5000, pause_s=0.02, device="cuda:0"))
    until(lambda: first.status.curves["number"] != [])
    second = start(HungrySpec(steps=2, device="cuda:0"))
    until(lambda: second.status.state == "queued")
    third = start(HungrySpec(steps=2, device="cuda:0"))
    page = visit()
    expect(row(page, second).get_by_text("next in the queue")).to_be_visible(timeout=MINUTE)
    expect(row(page, second).get_by_text(f"Waits for cuda:0, which {first.id} uses.")).to_be_visible()
    expect(row(page, third).get_by_text("2nd in the queue")).to_be_visible(timeout=MINUTE)
    row(page, third).get_by_role("button", name="Next").click()
    expect(row(page, third).get_by_text("next in the queue")).to_be_visible(timeout=MINUTE)
    page.reload(wait_until="commit", timeout=2 * MINUTE)
    expect(row(page, third).get_by_text("next in the queue")).to_be_visible(timeout=2 * MINUTE)
    expect(row(page, second).get_by_text("2nd in the queue")).to_be_visible()
    row(page, third).get_by_role("button", name="Start now").click()
    expect(chip(page, third, "finished")).to_be_visible(timeout=MINUTE)
    expect(chip(page, second, "queued")).to_be_visible()
    page.get_by_label("Search runs").press_sequentially(third.id[-4:])
    expect(row(page, second)).to_have_count(0, timeout=MINUTE)  # without Enter
    page.get_by_label("Search runs").fill("")
    row(page, first).get_by_role("button", name="Stop").click()
    expect(chip(page, second, "finished")).to_be_visible(timeout=MINUTE)


def test_two_visitors_and_a_script_agree_within_a_second(visit: Callable[[], Page]) -> None:
    from tinywork import ThoroughSpec

    pages = [visit(), visit()]
    run = start(ThoroughSpec(steps=2000, pause_s=0.02))
    for page in pages:
        expect(chip(page, run, "running")).to_be_visible(timeout=MINUTE)
    waits = []
    for deed, state in ((run.stop, "stopped"), (run.resume, "running"), (run.stop, "stopped")):
        deed()
        until(lambda state=state: run.status.state == state)
        at = time.monotonic()
        for page in pages:
            chip(page, run, state).wait_for(timeout=MINUTE)
        waits.append(time.monotonic() - at)
    assert max(waits) < AGREED_S, waits


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
