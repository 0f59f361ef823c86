"""A notebook of the project as an app in a real browser, as its first visitor finds it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from playwright.sync_api import Page, sync_playwright

from kit.apps.serve import start_app

MINUTE = 60_000  # milliseconds, as playwright counts
_NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@contextlib.contextmanager
def opened_app(notebook: str, *, height: int = 3000, shot: str = "") -> Iterator[Page]:
    """Serve a notebook as an app that may start work, and open it; an error of the page or of a cell fails the test.

    Parameters
    ----------
    notebook : str
        A file among the project's notebooks.
    height : int, pixels, default 3000
        So that everything is in sight.
    shot : str, default ""
        The name of a picture that is left in the folder ``TUNEBOOK_SHOTS``, where that is set.
    """
    errors: list[str] = []
    with (
        patch.dict(os.environ, {"TUNEBOOK_QUICK": "1"}),
        start_app(_NOTEBOOKS / notebook, port=0, allow_start=True) as app,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_QUIET)
        page = browser.new_page(viewport={"width": 1000, "height": height})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app.url, wait_until="commit", timeout=2 * MINUTE)
        yield page
        assert page.get_by_text("Traceback").count() == 0
        folder = os.environ.get("TUNEBOOK_SHOTS")
        if folder and shot:
            page.screenshot(path=f"{folder}/{shot}.png", full_page=True)
        browser.close()
    assert errors == []
