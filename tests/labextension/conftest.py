"""One JupyterLab and one browser for the stories of a module, and a page for each of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from labserver import TOKEN, LabServer

HERE = Path(__file__).parent
AXE = HERE.parents[1] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PATIENCE_MS = 15_000  # a story says itself what must be quick
NOISE = re.compile(r"Failed to load resource|WebSocket connection to")  # said of every request, whoever made it
OURS = "extensions/tunebook/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A JupyterLab with nothing in it; what still runs at the end is ended."""
    server = LabServer(tmp_path_factory.mktemp("lab"))
    server.start()
    yield server
    server.python("import kit\nfor run in kit.runs(state='living'): run.stop(); run.wait(30)")
    server.stop()


@pytest.fixture(scope="module")
def scene(lab: LabServer) -> Iterator[None]:
    """Runs in every state, a model and an adapter."""
    script = [sys.executable, str(HERE / "scene.py")]
    with subprocess.Popen(script, env=lab.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdin is not None
        assert program.stdout.readline() == "ready\n"
        yield
        program.stdin.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open an address of a server in the browser; what its console calls an error fails the test.

    With `only_ours`, errors of other programs do not: Lab's when a story takes its server away, Notebook's own.
    """
    pages: list[Any] = []
    errors: list[str] = []

    def opened(
        server: LabServer, path: str = "lab?reset", *, width: int = 1200, height: int = 900, only_ours: bool = False
    ) -> Any:
        def heard(text: str, place: str) -> None:
            if not NOISE.search(text) and not (only_ours and OURS not in place):
                errors.append(f"{text} {place}")

        page = browser.new_page(viewport={"width": width, "height": height})
        pages.append(page)
        page.on("pageerror", lambda error: heard(error.message, error.stack or ""))
        page.on("console", lambda said: heard(said.text, str(said.location)) if said.type == "error" else None)
        page.goto(f"{server.url}{path}{'&' if '?' in path else '?'}token={TOKEN}")
        if path.startswith("lab"):
            page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=60_000)
        return page

    yield opened
    for page in pages:
        page.close()
    assert errors == []


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Keep a picture of a page where TUNEBOOK_SHOTS says, to be looked at."""

    def keep(page: Any, name: str = "", **options: Any) -> None:
        folder = os.environ.get("TUNEBOOK_SHOTS")
        if folder:
            title = request.node.name.removeprefix("test_").replace("[", "-").strip("]")
            page.screenshot(path=f"{folder}/lab-{title}{'-' if name else ''}{name}.png", **options)

    return keep


@pytest.fixture
def accessible() -> Callable[..., None]:
    """Check with axe that a part of a page has no serious fault."""

    def check(page: Any, part: str) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("part => axe.run(part, {resultTypes: ['violations']})", part)
        assert found["passes"], f"axe looked at nothing in {part}"
        serious = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
        assert [(each["id"], each["nodes"][0]["html"]) for each in serious] == []

    return check


def panel(page: Any) -> Any:
    """Open the side panel and return it."""
    side = page.locator("#tunebook")
    if not side.is_visible():
        page.locator('.jp-SideBar [data-id="tunebook"]').click()
    return side


@pytest.fixture
def side() -> Callable[[Any], Any]:
    """Open the side panel of a page and return it."""
    return panel
