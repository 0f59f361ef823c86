"""The manufacturing notebook as an app: visitors read an alarm, plan a check and take it back; no run starts."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from tinymachines import watch_of

from kit.apps.serve import start_app
from kit.jobs import runs
from kit.verticals.manufacturing import decisions
from kit.verticals.outcome import outcome_of

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "manufacturing.ipynb"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts


def decides(page: Page) -> None:
    """Do what a visitor comes for."""
    panel = page.get_by_role("region", name="Machines", exact=True)
    expect(panel.get_by_text("2 alarms")).to_be_visible(timeout=2 * MINUTE)
    panel.get_by_role("button", name="M03", exact=True).click()
    expect(panel.get_by_text(re.compile("overheating is the likeliest cause"))).to_be_visible()
    expect(panel.get_by_text(re.compile("Clean the cooling fins"))).to_be_visible()
    panel.get_by_role("textbox", name="Note on M03").fill("early shift, filter is in the store")
    panel.get_by_role("button", name="Plan a check").click()
    kept = panel.get_by_text("early shift, filter is in the store").and_(panel.locator(":not(textarea)"))
    expect(kept).to_be_visible()
    expect(panel.get_by_text("1 alarm", exact=True)).to_be_visible()


def test_a_visitor_plans_a_check_and_takes_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_QUICK", "1")
    folder = outcome_of("manufacturing", "machines", quick=True).path.parent
    folder.mkdir(parents=True)
    watch_of(folder)
    errors: list[str] = []
    with start_app(NOTEBOOK, port=0) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1000, "height": 1800})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app.url, wait_until="commit", timeout=2 * MINUTE)
        decides(page)
        [kept] = decisions(folder).all()
        assert (kept.machine, kept.kind, kept.note) == ("M03", "planned", "early shift, filter is in the store")
        expect(page.get_by_text("the owner runs this notebook once").first).to_be_visible(timeout=MINUTE)
        assert page.get_by_text("Traceback").count() == 0
        if shots := os.environ.get("TUNEBOOK_SHOTS"):
            page.screenshot(path=f"{shots}/manufacturing-app.png", full_page=True)
        page.reload()
        panel = page.get_by_role("region", name="Machines", exact=True)
        expect(panel.get_by_text("early shift, filter is in the store")).to_be_visible(timeout=2 * MINUTE)
        panel.get_by_role("button", name=re.compile("^Take back")).click()
        expect(panel.get_by_text("2 alarms")).to_be_visible()
        browser.close()
    assert errors == []
    assert decisions(folder).all() == []
    assert runs() == []
