"""A server that goes away and comes back, one below another address, and Notebook 7."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from labserver import LabServer
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A JupyterLab below an address of its own, as JupyterHub gives one to each person."""
    server = LabServer(tmp_path_factory.mktemp("lab"), base_url="/user/a%40b/")
    server.switch_off("@voila-dashboards/jupyterlab-preview")
    server.start()
    server.python("import kit, tinywork; kit.start(tinywork.CountSpec(steps=5), now=True).wait(30)")
    yield server
    server.stop()


def test_a_restart_is_survived(lab: Any, open_page: Any, side: Any, shot: Any, accessible: Any) -> None:
    page = open_page(lab, only_ours=True)
    panel = side(page)
    expect(panel.locator("[data-run]")).to_have_count(1)
    expect(panel.get_by_role("meter", name="Memory")).to_be_visible()
    lab.stop()
    gone = panel.get_by_text("The Jupyter server does not answer.")
    expect(gone).to_be_visible(timeout=15_000)
    expect(panel.get_by_text(re.compile(r"Asking again in \d+ s"))).to_be_visible()
    expect(panel.locator("[data-run]")).to_have_count(1)  # what was known stays
    accessible(page, "#tunebook")
    shot(page, "gone")
    dialog = page.get_by_role("dialog", name=re.compile("Server Connection Error"))
    page.add_locator_handler(dialog, lambda: dialog.get_by_role("button").last.click())  # it is Lab's own
    lab.start()
    lab.python("import kit, tinywork; kit.start(tinywork.CountSpec(steps=5), now=True).wait(30)")
    if gone.is_visible():
        panel.get_by_role("button", name="Ask the server now").click()
    expect(gone).to_have_count(0, timeout=35_000)
    expect(panel.locator("[data-run]")).to_have_count(2)
    shot(page, "back")


def test_an_app_is_seen_without_voilas_own_extension(lab: Any, open_page: Any, shot: Any) -> None:
    lab.write_notebook("my app.ipynb", "from IPython.display import Markdown\nMarkdown('# An app for everyone')")
    page = open_page(lab, "lab/tree/my%20app.ipynb?reset", only_ours=True)
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Preview as app").click()
    expect(page.get_by_role("tab", name="App: my app.ipynb")).to_be_visible()
    app = page.frame_locator("iframe")
    expect(app.get_by_role("heading", name="An app for everyone")).to_be_visible(timeout=60_000)
    shot(page)


def test_the_panel_serves_in_notebook_7(lab: Any, open_page: Any, shot: Any) -> None:
    lab.stop()
    lab.start("notebook")
    page = open_page(lab, "tree", only_ours=True)
    page.get_by_role("menuitem", name="View").click()
    page.get_by_text("Left Sidebar").hover()
    page.get_by_text("Show Tunebook").click()
    expect(page.locator("#tunebook [data-run]").first).to_be_visible()
    expect(page.get_by_role("meter", name="Memory")).to_be_visible()
    shot(page)
    lab.write_notebook("seven.ipynb", "print(7)")
    page = open_page(lab, "notebooks/seven.ipynb", only_ours=True)
    page.get_by_role("button", name="Publish …").click()
    expect(page.get_by_role("dialog", name="Publish seven.ipynb").get_by_text("Nothing is in")).to_be_visible()
    shot(page, "publish")
