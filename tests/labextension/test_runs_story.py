"""A run from a terminal, seen and steered from the side panel: stop, resume, log, reproduce, delete, notifications."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

SOON_MS = 2_000
START = "import kit, tinywork; print(kit.start(tinywork.{spec}, now=True).id)"


def start(lab: Any, spec: str) -> str:
    """Start a run as a person would in a terminal and return its id."""
    run: str = lab.python(START.format(spec=spec))
    return run


def row(side: Any, run: str) -> Any:
    """Return the row of a run."""
    return side.locator(f'[data-run="{run}"]')


def test_a_run_from_a_terminal_is_stopped_and_resumed(
    lab: Any, open_page: Any, side: Any, shot: Any, accessible: Any
) -> None:
    page: Page = open_page(lab)
    panel = side(page)
    expect(panel.get_by_text("No runs yet.")).to_be_visible()
    run = start(lab, "CountSpec(steps=600, pause_s=0.05)")
    created = time.monotonic()
    expect(row(panel, run)).to_be_visible(timeout=SOON_MS)
    assert time.monotonic() - created < SOON_MS / 1000

    expect(row(panel, run)).to_contain_text(re.compile(r"counting · \d+ of 600 numbers · \d+ s left"), timeout=10_000)
    expect(row(panel, run).get_by_role("img", name=re.compile("^number from 0 to"))).to_be_visible()
    before = row(panel, run).get_by_role("progressbar").get_attribute("aria-valuetext")
    page.wait_for_timeout(1_200)
    assert row(panel, run).get_by_role("progressbar").get_attribute("aria-valuetext") != before
    shot(page, "running")

    row(panel, run).get_by_role("button", name="Stop Count").click()
    expect(row(panel, run)).to_have_attribute("data-state", "stopped", timeout=10_000)
    shot(page, "stopped")
    row(panel, run).get_by_role("button", name="Resume Count").click()
    expect(row(panel, run)).to_have_attribute("data-state", "running", timeout=20_000)
    expect(row(panel, run)).to_contain_text("attempt 2")
    accessible(page, "#tunebook")
    shot(page, "resumed")

    row(panel, run).get_by_role("button", name="Open the log of Count").click()
    expect(page.get_by_role("tab", name="Log: Count")).to_be_visible()
    expect(page.get_by_role("log", name="Log of Count")).to_be_visible()
    shot(page, "log")
    row(panel, run).get_by_role("button", name="Stop Count").click()
    expect(row(panel, run)).to_have_attribute("data-state", "stopped", timeout=10_000)
    expect(page.get_by_text("The run has ended")).to_be_visible()


def test_two_tabs_that_stop_one_run_agree(lab: Any, open_page: Any, side: Any) -> None:
    pages = [open_page(lab, "lab/workspaces/one"), open_page(lab, "lab/workspaces/two")]
    run = start(lab, "CountSpec(steps=600, pause_s=0.05)")
    panels = [side(page) for page in pages]
    for panel in panels:
        expect(row(panel, run)).to_have_attribute("data-state", "running", timeout=20_000)
    for panel in panels:
        row(panel, run).get_by_role("button", name="Stop Count").click()
    for panel in panels:
        expect(row(panel, run)).to_have_attribute("data-state", "stopped", timeout=10_000)


def test_a_deleted_run_comes_back(lab: Any, open_page: Any, side: Any, shot: Any) -> None:
    run = start(lab, "CountSpec()")
    lab.python(f"import kit; kit.find_run('{run}').wait(30)")
    page = open_page(lab)
    panel = side(page)
    row(panel, run).get_by_role("button", name="Move Count to the trash").click()
    expect(row(panel, run)).to_have_count(0)
    expect(page.locator("#tunebook-runs")).to_be_focused()
    shot(page)
    page.get_by_role("button", name="Undo").click()
    expect(row(panel, run)).to_be_visible()


def test_a_run_becomes_a_notebook(lab: Any, open_page: Any, side: Any, shot: Any) -> None:
    run = start(lab, "CountSpec(steps=7)")
    page = open_page(lab)
    row(side(page), run).get_by_role("button", name="Write a notebook that reproduces Count").click()
    expect(page.locator(".jp-Notebook")).to_contain_text("CountSpec", timeout=20_000)
    expect(page.locator(".jp-Notebook")).to_contain_text("steps=7")
    shot(page)


def test_ends_are_told_while_the_panel_is_hidden(lab: Any, open_page: Any, shot: Any) -> None:
    over = start(lab, "MisbehaveSpec(how='kit_error')")
    lab.python(f"import kit; kit.find_run('{over}').wait(30)")
    page = open_page(lab)
    page.wait_for_timeout(2_000)
    expect(page.locator(".Toastify__toast")).to_have_count(0)  # of what had ended before, nothing is said
    start(lab, "CountSpec(steps=2)")
    expect(page.locator(".Toastify__toast", has_text="Count has finished")).to_be_visible(timeout=10_000)
    start(lab, "MisbehaveSpec(how='kit_error')")
    failed = page.locator(".Toastify__toast", has_text="Misbehave has failed.")
    expect(failed).to_contain_text("The left sock is missing. Look under the bed.", timeout=10_000)
    expect(page.locator(".Toastify__toast")).to_have_count(2)
    shot(page)
    failed.get_by_role("button", name="Open log").click()
    expect(page.get_by_role("log")).to_contain_text("to be found in the log")


def test_who_wants_no_notifications_gets_none(lab: Any, open_page: Any, side: Any) -> None:
    lab.set("tunebook/plugin", {"notifyFinished": False})
    page = open_page(lab)
    run = start(lab, "CountSpec(steps=4)")
    expect(row(side(page), run)).to_have_attribute("data-state", "finished", timeout=10_000)
    page.wait_for_timeout(1_500)
    expect(page.locator(".Toastify__toast")).to_have_count(0)
    lab.set("tunebook/plugin", {})
