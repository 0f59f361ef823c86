"""Comparing in an app, with a kernel behind it: runs are ticked, a limit is dragged, files are saved."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

sys.path.append(str(Path(__file__).parents[1]))

import tinyruns

from kit.apps.serve import start_app

pytestmark = pytest.mark.slow

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds, as playwright counts


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """The app as a visitor sees it; an error in the page fails the test."""
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import kit\n\nkit.ComparePanel()")])
    path = tmp_path / "compare.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    errors: list[str] = []
    with start_app(path, port=0) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        opened = browser.new_page(viewport={"width": 900, "height": 1400}, accept_downloads=True)
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(app.url, wait_until="commit", timeout=2 * MINUTE)
        expect(opened.get_by_role("region", name="Compare", exact=True)).to_be_visible(timeout=2 * MINUTE)
        yield opened
        browser.close()
    assert errors == []


@pytest.fixture
def sweep() -> Any:
    """A finished sweep."""
    return tinyruns.sweep()


def test_a_visitor_compares_within_limits_and_takes_it_away(sweep: Any, page: Page, tmp_path: Path) -> None:
    page.locator(f'[name="run:{sweep.id}"]').check()
    line = page.locator("[data-limit=acc]")
    expect(line).to_be_visible(timeout=MINUTE)
    plot, grip = page.locator(".tb-over").bounding_box(), line.locator(".tb-grip").bounding_box()
    assert plot is not None
    assert grip is not None
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(plot["x"] + 200, plot["y"] + plot["height"] * 0.45, steps=6)
    page.mouse.up()
    expect(page.get_by_text("2 of 3 variants meet your limits; the smallest is bf16.")).to_be_visible(timeout=MINUTE)
    page.locator("[data-toggle=export]").click()
    for kind in ("csv", "html", "png"):
        with page.expect_download(timeout=MINUTE) as waiting:
            page.locator(f"[data-key=export-{kind}]").click()
        waiting.value.save_as(tmp_path / f"file.{kind}")
    rows = list(csv.DictReader((tmp_path / "file.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["variant"], row["meets_limits"]) for row in rows] == [
        ("fp32", "yes"),
        ("bf16", "yes"),
        ("bnb-nf4", "no"),
    ]
    assert "2 of 3 variants meet your limits" in (tmp_path / "file.html").read_text(encoding="utf-8")
    assert (tmp_path / "file.png").read_bytes().startswith(b"\x89PNG")
