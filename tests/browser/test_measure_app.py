"""The notebook on measuring opens as an app: nothing is measured before a visitor asks for it, and no cell fails."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from kit.apps.serve import start_app
from kit.jobs import runs

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_measure_and_compare.ipynb"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts


def test_it_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_QUICK", "1")
    errors: list[str] = []
    with start_app(NOTEBOOK, port=0, allow_start=True) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1000, "height": 1600})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app.url, wait_until="commit", timeout=2 * MINUTE)
        for title in ("Quantization sweep", "Compare"):
            expect(page.get_by_role("region", name=title, exact=True)).to_be_visible(timeout=2 * MINUTE)
        expect(page.get_by_text("The sweep is not over yet.")).to_be_visible()
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
        assert page.get_by_text("Traceback").count() == 0
        folder = os.environ.get("TUNEBOOK_SHOTS")
        if folder:
            page.screenshot(path=f"{folder}/measure-app.png", full_page=True)
        browser.close()
    assert errors == []
    assert runs() == []
