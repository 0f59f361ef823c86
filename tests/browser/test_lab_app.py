"""The notebook on quantization opens as an app: methods can be ticked, and nothing starts by itself."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from kit.apps.serve import start_app
from kit.jobs import runs

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "04_quantization_lab.ipynb"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts


def test_it_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_QUICK", "1")
    errors: list[str] = []
    with start_app(NOTEBOOK, port=0, allow_start=True) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1000, "height": 3000})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app.url, wait_until="commit", timeout=2 * MINUTE)
        sweep = page.get_by_role("region", name="Quantization sweep", exact=True)
        expect(sweep).to_be_visible(timeout=2 * MINUTE)
        sweep.get_by_role("button", name="None", exact=True).click()
        expect(sweep.get_by_text("0 ticked")).to_be_visible()
        sweep.get_by_role("button", name="Usual four").click()
        expect(sweep.get_by_text("4 ticked")).to_be_visible()
        expect(page.get_by_text("The sweep is not over yet")).to_be_visible()
        assert page.get_by_text("Traceback").count() == 0
        folder = os.environ.get("TUNEBOOK_SHOTS")
        if folder:
            page.screenshot(path=f"{folder}/lab-app.png", full_page=True)
        browser.close()
    assert errors == []
    assert runs() == []
