"""The notebook on the data gate opens as an app: a person checks, opens a finding, repairs and uses what is left."""

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

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "05_data_gate.ipynb"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts


def test_it_checks_and_repairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_QUICK", "1")
    errors: list[str] = []
    with start_app(NOTEBOOK, port=0, allow_start=True) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1000, "height": 3000})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app.url, wait_until="commit", timeout=2 * MINUTE)
        gate = page.get_by_role("region", name="Data", exact=True)
        expect(gate.get_by_text(re.compile(r"114 rows, 2 columns"))).to_be_visible(timeout=2 * MINUTE)
        expect(page.get_by_text("Nothing was checked yet")).to_be_visible()
        gate.get_by_role("button", name="Check", exact=True).click()
        expect(gate.get_by_text("Not ready to be trained on.")).to_be_visible(timeout=2 * MINUTE)
        gate.get_by_role("button", name="Exact duplicates").click()
        expect(gate.get_by_text("Is any row there more than once?").or_(gate.locator(".tb-flags"))).to_be_visible()
        gate.get_by_role("button", name="Clean", exact=True).click()
        use = gate.get_by_role("button", name="Use the cleaned data")
        use.click(timeout=2 * MINUTE)
        expect(gate.get_by_text("in use", exact=True)).to_be_visible()
        assert page.get_by_text("Traceback").count() == 0
        folder = os.environ.get("TUNEBOOK_SHOTS")
        if folder:
            page.screenshot(path=f"{folder}/data-app.png", full_page=True)
        browser.close()
    assert errors == []
    assert sorted(run.id.split("-")[2] for run in runs()) == ["clean", "gate"]
