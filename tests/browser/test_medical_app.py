"""The medical notebook as an app: a visitor asks about a case, reads the answer or that a clinician is to be asked."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from kit.apps.serve import start_app
from kit.jobs import runs
from kit.place import home
from kit.service import stop
from kit.verticals import medical

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "medical.ipynb"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts
CASE = "radius 14.1; texture 20.2; perimeter 92.0; area 610; smoothness 0.0964; symmetry 0.18"
BINS = [
    {
        "low": low,
        "high": low + 0.5,
        "rows": 50,
        "confidence": low + 0.4,
        "accuracy": 0.8,
        "accuracy_low": 0.67,
        "accuracy_high": 0.89,
    }
    for low in (0.0, 0.5)
]


def measured(threshold: float) -> None:
    """Leave what the owner's notebook leaves; the model as it is stands for one that was tuned."""
    case = medical.case(quick=True)
    ask = {
        "task": "classify",
        "instruction": case.profile.instruction,
        "labels": ["benign", "malignant"],
        "model": "smollm2-135m-instruct",
        "learnt_from": 28,
        "rows": 100,
        "threshold": threshold,
        "bins": BINS,
        "examples": [{"text": CASE, "context": "", "choices": [], "answer": "benign"}],
    }
    tuned = {"value": 0.8, "low": 0.71, "high": 0.87}
    case.write({"tuned_model": "smollm2-135m-instruct", "tuned": tuned, "facts": {"ask": ask}})


def picture(page: Page, name: str) -> None:
    """Keep what it looks like, where somebody wants to see it."""
    if folder := os.environ.get("TUNEBOOK_SHOTS"):
        page.screenshot(path=f"{folder}/medical-app-{name}.png", full_page=True)


def test_a_visitor_asks_about_a_case(real_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_QUICK", "1")
    measured(threshold=0.2)
    errors: list[str] = []
    try:
        with start_app(NOTEBOOK, port=0) as app, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
            page = browser.new_page(viewport={"width": 1400, "height": 1600})
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(app.url, wait_until="commit", timeout=2 * MINUTE)
            panel = page.get_by_role("region", name="Ask about a case", exact=True)
            expect(panel.get_by_role("note")).to_contain_text("Not a medical device.", timeout=2 * MINUTE)

            panel.get_by_role("button", name=re.compile("^radius 14.1")).click()
            field = panel.get_by_role("textbox", name=re.compile("^The case"))
            expect(field).to_have_value(CASE)
            panel.get_by_role("button", name="Ask", exact=True).click()
            expect(panel.get_by_text(re.compile(r"^Probability (0\.\d\d|above)"))).to_be_visible(timeout=3 * MINUTE)
            expect(
                panel.get_by_text(re.compile("its likeliest answer was right in 40 of 50 test cases: 80%"))
            ).to_be_visible()
            expect(panel.get_by_text("In the data this case is: benign.")).to_be_visible()
            picture(page, "1400")

            # The owner has measured anew, and is stricter: the page follows.
            measured(threshold=0.9999)
            field.fill("Maria Gonzalez, maria.gonzalez@example.org: radius 14.9; texture 18")
            panel.get_by_role("button", name="Ask", exact=True).click()
            expect(panel.get_by_text("Not sure: ask a clinician").first).to_be_visible(timeout=MINUTE)
            expect(panel.get_by_text("Taken out before the model was asked: 1 e-mail address, 1 name.")).to_be_visible()
            expect(panel.get_by_text("<PERSON>, <EMAIL>: radius 14.9; texture 18")).to_be_visible()
            picture(page, "unsure-1400")

            expect(page.get_by_text("the owner runs this notebook once").first).to_be_visible(timeout=MINUTE)
            assert page.get_by_text("Traceback").count() == 0
            other = browser.new_page(viewport={"width": 390, "height": 900}, color_scheme="dark")
            other.goto(app.url, wait_until="commit", timeout=2 * MINUTE)
            expect(other.get_by_role("note")).to_be_visible(timeout=2 * MINUTE)
            expect(other.get_by_text("Maria Gonzalez")).to_have_count(0)
            assert other.evaluate("document.documentElement.scrollWidth") <= 390
            picture(other, "390")
            browser.close()
    finally:
        stop()
    assert errors == []
    assert runs() == []
    held = "".join(path.read_text(errors="replace") for path in home().rglob("*") if path.is_file())
    assert "gonzalez" not in held.lower()
