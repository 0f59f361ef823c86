"""The notebook on tuning opens as an app: it tells what a tuning will take, and starts nothing by itself."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from kit.apps.serve import start_app
from kit.jobs import runs

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "03_tune_a_model.ipynb"
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
        tune = page.get_by_role("region", name="Tune", exact=True)
        expect(tune).to_be_visible(timeout=2 * MINUTE)
        expect(tune.get_by_text("60 rows", exact=True)).to_be_visible()
        tune.get_by_role("button", name=re.compile("^Best")).click()
        expect(tune.get_by_role("button", name=re.compile("^Best"))).to_have_attribute("aria-pressed", "true")
        expect(tune.get_by_text(re.compile("As in Best"))).to_be_visible()
        expect(page.get_by_text("Nothing was started yet.")).to_be_visible()
        assert page.get_by_text("Traceback").count() == 0
        folder = os.environ.get("TUNEBOOK_SHOTS")
        if folder:
            page.screenshot(path=f"{folder}/tune-app.png", full_page=True)
        browser.close()
    assert errors == []
    assert runs() == []
