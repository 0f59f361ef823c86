"""The quickstart as an app, used by a person: tune, watch, stop, sweep, see the plot."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from kit.apps.serve import start_app
from kit.jobs import runs
from kit.service import stop

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "00_quickstart.ipynb"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MINUTE = 60_000  # milliseconds, as playwright counts


@pytest.fixture
def page(real_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """The app's page in a real browser; errors of the page fail the test."""
    monkeypatch.setenv("TUNEBOOK_QUICK", "1")
    with start_app(NOTEBOOK, port=0, allow_start=True) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        shown = browser.new_page(viewport={"width": 1400, "height": 1600})
        errors: list[str] = []
        shown.on("pageerror", lambda error: errors.append(str(error)))
        shown.goto(app.url)
        yield shown
        folder = os.environ.get("TUNEBOOK_SHOTS")
        if folder:
            shown.screenshot(path=f"{folder}/quickstart-app.png", full_page=True)
        browser.close()
        stop()
        for run in runs():
            run.stop()
        for run in runs():
            run.wait(timeout=120)
        assert errors == []


def panel(page: Page, title: str) -> Locator:
    """Return the panel with this title."""
    return page.get_by_role("region", name=title, exact=True)


def last_step_drawn(tune: Locator) -> int:
    """Return up to which step the curve of the training loss goes, by what the picture says of itself."""
    said = tune.locator("svg desc")
    found = (
        re.search(r"training loss from .*? to .*? at step (\d+)", said.first.text_content() or "")
        if said.count()
        else None
    )
    return int(found[1]) if found else 0


def test_a_visitor_tunes_stops_and_sweeps(page: Page) -> None:
    tune = panel(page, "Tune")
    expect(tune).to_be_visible(timeout=2 * MINUTE)
    expect(page.get_by_text("kit.this_machine()")).to_have_count(0)  # the code is hidden

    tune.get_by_role("button", name="Start").click()
    expect(tune.get_by_text(re.compile("training · step"))).to_be_visible(timeout=3 * MINUTE)
    drawn_to(page, tune, 1)
    before = tune.locator("svg path").evaluate_all("paths => paths.map(path => path.getAttribute('d')).join()")
    drawn_to(page, tune, 4)
    after = tune.locator("svg path").evaluate_all("paths => paths.map(path => path.getAttribute('d')).join()")
    assert before != after  # the curve moves

    tune.get_by_role("button", name=re.compile("Stop")).click()
    expect(tune.get_by_text(re.compile("^stopped"))).to_be_visible(timeout=2 * MINUTE)
    expect(tune.get_by_role("button", name="Resume")).to_be_visible()
    expect(tune.get_by_role("button", name="Start anew")).to_be_visible()

    sweep = panel(page, "Quantization sweep")
    for method in ("fp32", "bnb-nf4"):
        sweep.get_by_role("checkbox", name=re.compile(rf"^{method}\b(?!-)")).uncheck()
    sweep.get_by_role("button", name="Start").click()
    expect(sweep.get_by_text(re.compile("^finished"))).to_be_visible(timeout=5 * MINUTE)
    expect(sweep.get_by_role("row", name=re.compile("gguf-q8_0"))).to_be_visible()

    compare = panel(page, "Compare")
    expect(compare.get_by_role("img").first).to_be_visible(timeout=MINUTE)
    expect(compare.locator("svg").first).to_contain_text("gguf-q8_0", timeout=10_000)
    compare.get_by_role("textbox", name=re.compile("^Ask the same")).fill("Is this alert worth a look?")
    compare.get_by_role("button", name="Ask", exact=True).click()
    expect(compare.get_by_text(re.compile("first token"))).to_have_count(2, timeout=3 * MINUTE)
    assert [run.summary.kind for run in runs()].count("answer") == 1  # bf16; the service answers for gguf-q8_0

    play = panel(page, "Playground")
    expect(play).to_contain_text("the model tuned in run")
    play.locator("[data-action=example]").first.click()
    expect(play.get_by_role("textbox", name="Text")).not_to_have_value("")
    play.get_by_role("button", name="Ask", exact=True).click()
    expect(play.get_by_role("log")).to_contain_text("first token", timeout=2 * MINUTE)
    folder = os.environ.get("TUNEBOOK_SHOTS")
    if folder:
        compare.screenshot(path=f"{folder}/quickstart-compare.png")
        play.screenshot(path=f"{folder}/quickstart-playground.png")

    page.reload()
    expect(panel(page, "Quantization sweep").get_by_text(re.compile("^finished"))).to_be_visible(timeout=2 * MINUTE)
    expect(panel(page, "Tune").get_by_text(re.compile("^stopped"))).to_be_visible()


def drawn_to(page: Page, tune: Locator, step: int) -> None:
    """Wait until the curve goes at least to this step."""
    for _ in range(900):
        if last_step_drawn(tune) >= step:
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"the loss curve stopped at step {last_step_drawn(tune)}")
