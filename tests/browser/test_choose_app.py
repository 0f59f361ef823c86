"""The notebook on choosing a model opens as an app: it measures how fast the machine is, and starts nothing else."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from kit.apps.serve import start_app
from kit.jobs import runs
from kit.machine import known_speed

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "02_choose_a_model.ipynb"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts


def test_it_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_QUICK", "1")
    errors: list[str] = []
    with start_app(NOTEBOOK, port=0, allow_start=True) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1000, "height": 4000})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app.url, wait_until="commit", timeout=2 * MINUTE)
        for title in ("This machine", "Choose a model", "Compare"):
            expect(page.get_by_role("region", name=title, exact=True)).to_be_visible(timeout=2 * MINUTE)
        expect(page.get_by_role("img", name="Predicted memory and speed")).to_be_visible()
        expect(page.get_by_text(re.compile(r"models can be chosen, \d+ are left out"))).to_be_visible()
        expect(page.get_by_text("No search is over yet.")).to_be_visible()
        assert page.get_by_text("Traceback").count() == 0
        folder = os.environ.get("TUNEBOOK_SHOTS")
        if folder:
            page.screenshot(path=f"{folder}/choose-app.png", full_page=True)
        browser.close()
    assert errors == []
    assert runs() == []
    assert known_speed() is not None
