"""The finance notebook as an app: a visitor opens an alert and decides, another one sees it, nothing is started."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

import kit
from kit.apps.serve import start_app
from kit.verticals import finance
from kit.verticals.finance.decision import Decisions

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "finance.ipynb"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts


def opened(page: Page, url: str, errors: list[str]) -> Page:
    """Open the app and wait for the queue."""
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url, wait_until="commit", timeout=2 * MINUTE)
    expect(page.get_by_role("region", name="Alerts", exact=True)).to_be_visible(timeout=2 * MINUTE)
    return page


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("TUNEBOOK_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/finance-app-{name}.png", full_page=True)


def test_visitors_decide_and_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_QUICK", "1")
    case = finance.case(quick=True)  # the owner has run the first cells
    runs = {run.id for run in kit.runs()}
    errors: list[str] = []
    with start_app(NOTEBOOK, port=0) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = opened(browser.new_page(viewport={"width": 1400, "height": 1200}), app.url, errors)
        panel = page.get_by_role("region", name="Alerts", exact=True)
        expect(panel.get_by_text("proposed by the rules; no model is tuned yet")).to_be_visible()
        expect(panel.get_by_text(re.compile(r"^0 decided, 0 overridden$")).first).to_be_visible()

        panel.get_by_role("row").nth(2).click()
        panel.get_by_role("row").nth(2).get_by_role("button").click()
        alert = panel.get_by_role("region", name="The open alert")
        expect(alert.get_by_role("img", name=re.compile("Neighbourhood"))).to_be_visible()
        alert.get_by_role("button", name="Accept").click()
        expect(alert.get_by_text(re.compile("^Accepted: "))).to_be_visible(timeout=MINUTE)
        expect(panel.get_by_text("1 decided, 0 overridden").first).to_be_visible()
        alert.get_by_role("button", name="Next alert").click()
        expect(alert.get_by_role("button", name="Accept")).to_be_visible(timeout=MINUTE)
        alert.get_by_role("group", name="Decide").get_by_role("button").nth(1).click()
        expect(panel.get_by_text("2 decided, 1 overridden").first).to_be_visible(timeout=MINUTE)
        picture(page, "1400")

        # What the owner has not run yet says so, and what is there is shown.
        expect(page.get_by_text(re.compile("transfers in 42 days"))).to_be_visible(timeout=MINUTE)
        expect(page.get_by_text("the owner runs this notebook once").first).to_be_visible()

        other = opened(browser.new_page(viewport={"width": 390, "height": 900}, color_scheme="dark"), app.url, errors)
        expect(other.get_by_text("2 decided, 1 overridden").first).to_be_visible(timeout=MINUTE)
        assert other.evaluate("document.documentElement.scrollWidth") <= 390
        picture(other, "390")
        page.get_by_role("button", name="Undo").click()
        expect(other.get_by_text("1 decided, 0 overridden").first).to_be_visible(timeout=MINUTE)

        with other.expect_download() as download:
            other.get_by_role("button", name="Export decisions").click()
        assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 1
        for each in (page, other):
            assert each.get_by_text("Traceback").count() == 0
        browser.close()
    assert errors == []
    assert len(Decisions(case.folder / "decisions.jsonl").standing()) == 1
    assert {run.id for run in kit.runs()} == runs
