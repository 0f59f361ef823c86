"""From the launcher to an app: a template, panels and their code, the preview beside the notebook, the bundle."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

KERNEL_MS = 90_000
PANEL = "import kit\n\nkit.RunsPanel()"


def run_first_cell(page: Page) -> None:
    """Run the first cell once the kernel waits for it: what Lab is told to run earlier, it drops without a word."""
    expect(page.get_by_text("| Idle")).to_be_visible(timeout=KERNEL_MS)
    first = cells(page).first
    first.click()
    page.keyboard.press("Shift+Enter")
    expect(first.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[(\*|\d+)\]"))


def runs_panel_in_menu(page: Page) -> Any:
    """Open the menu of panels and return the item that inserts the one of all runs."""
    page.get_by_role("button", name="Insert a Tunebook panel").click()
    return page.get_by_role("menu").get_by_role("menuitem").filter(has_text=re.compile("run", re.IGNORECASE))


def cells(page: Page) -> Any:
    """Return the cells of the notebook that is seen."""
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell")


def test_a_template_is_started_from_the_launcher(lab: Any, open_page: Any, shot: Any) -> None:
    page = open_page(lab)
    section = page.locator(".jp-Launcher-section", has=page.get_by_role("heading", name="Tunebook"))
    expect(section.locator(".jp-LauncherCard")).to_contain_text(["New experiment", "Quickstart"])
    shot(page, "launcher")
    section.locator(".jp-LauncherCard", has_text="Quickstart").click()
    expect(page.get_by_role("tab", name=re.compile(r"00_quickstart.*\.ipynb"))).to_be_visible(timeout=20_000)
    expect(cells(page).first).not_to_be_empty(timeout=20_000)
    shot(page, "opened")
    assert [path.name for path in lab.root.glob("*.ipynb")] == ["00_quickstart.ipynb"]


def test_a_panel_is_inserted_and_shows_its_code_below(lab: Any, open_page: Any, side: Any, shot: Any) -> None:
    page = open_page(lab, f"lab/tree/{lab.write_notebook('panels.ipynb', '')}?reset")
    item = runs_panel_in_menu(page)
    expect(item).to_be_visible()
    shot(page, "menu")
    item.click()
    shown = page.get_by_role("button", name="Show code")
    expect(shown).to_be_visible(timeout=KERNEL_MS)
    expect(cells(page)).to_have_count(1)

    shown.click()
    expect(cells(page)).to_have_count(2)
    expect(cells(page).nth(1)).to_contain_text("import kit")
    expect(shown).to_have_attribute("aria-expanded", "false")
    shown.click()
    expect(cells(page)).to_have_count(2)  # the same cell again
    shot(page, "code")

    cells(page).nth(1).locator(".cm-content").click()
    page.keyboard.type("# mine")
    shown.click()
    expect(cells(page)).to_have_count(3)  # what a person wrote is left alone


def test_a_panel_waits_for_the_kernel_and_interrupts_nobody(lab: Any, open_page: Any) -> None:
    lab.write_notebook("early.ipynb", "", "print(2)")
    page = open_page(lab)
    starting: list[Any] = []
    page.route(
        "**/api/sessions?*",
        lambda route: starting.append(route) if route.request.method == "POST" else route.fallback(),
    )
    page.locator(".jp-DirListing-item", has_text="early.ipynb").dblclick()
    runs_panel_in_menu(page).click()
    expect(cells(page).first).to_contain_text("RunsPanel")
    cells(page).nth(1).locator(".cm-content").click()
    page.keyboard.type("# ")
    assert starting

    starting.pop().continue_()
    expect(page.get_by_role("button", name="Show code")).to_be_visible(timeout=KERNEL_MS)
    page.keyboard.type("mine")
    expect(cells(page).nth(1)).to_contain_text("# mine")
    expect(cells(page).nth(1).locator(".jp-InputPrompt")).to_have_text("[ ]:")


def test_a_run_knows_the_notebook_that_started_it(lab: Any, open_page: Any, side: Any) -> None:
    name = lab.write_notebook("starts.ipynb", "import kit, tinywork\nkit.start(tinywork.CountSpec(steps=3), now=True)")
    page = open_page(lab, f"lab/tree/{name}?reset")
    run_first_cell(page)
    started = side(page).locator("[data-run]").first
    expect(started).to_have_attribute("data-state", "finished", timeout=KERNEL_MS)
    tab = page.get_by_role("tab", name="starts.ipynb")
    page.get_by_role("button", name="New Launcher").last.click()
    expect(tab).to_have_attribute("aria-selected", "false")
    started.get_by_role("button", name=re.compile(r"^Open starts\.ipynb, which started")).click()
    expect(tab).to_have_attribute("aria-selected", "true")


def test_a_notebook_is_seen_as_an_app_beside_itself(lab: Any, open_page: Any, shot: Any) -> None:
    name = lab.write_notebook("app.ipynb", "from IPython.display import Markdown\nMarkdown('# An app for everyone')")
    page = open_page(lab, f"lab/tree/{name}?reset", width=1400, only_ours=True)
    expect(cells(page).first).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Preview as app").click()
    page.get_by_role("button", name="Render anyway").or_(
        page.locator("iframe.jp-IFrame, .jp-IFrame iframe")
    ).first.wait_for()
    anyway = page.get_by_role("button", name="Render anyway")
    app = page.frame_locator("iframe")
    if anyway.count():
        anyway.click()
    expect(app.get_by_role("heading", name="An app for everyone")).to_be_visible(timeout=KERNEL_MS)
    expect(app.get_by_text("Markdown(")).to_have_count(0)  # the code is hidden
    expect(cells(page).first).to_be_visible()
    shot(page)


def test_a_secret_keeps_a_notebook_from_being_published(lab: Any, open_page: Any, shot: Any, accessible: Any) -> None:
    name = lab.write_notebook("secret.ipynb", "print(1)", "key = 'hf_abcdefghijklmnopqrstuvwxyzABCDEFGH'")
    page = open_page(lab, f"lab/tree/{name}?reset")
    page.get_by_role("button", name="Publish …").click()
    dialog = page.get_by_role("dialog", name="Publish secret.ipynb")
    expect(dialog.get_by_text("Cell 2:")).to_be_visible(timeout=20_000)
    expect(dialog.get_by_role("button", name="Publish", exact=True)).to_have_attribute("aria-disabled", "true")
    accessible(page, ".jp-KitDialog")
    shot(page)
    dialog.get_by_role("button", name="Publish", exact=True).click(force=True)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert not list(lab.root.glob("secret-app*"))


def test_a_notebook_becomes_a_bundle(lab: Any, open_page: Any, shot: Any, accessible: Any) -> None:
    name = lab.write_notebook("publish.ipynb", "import kit\n\nkit.RunsPanel()")
    page = open_page(lab, f"lab/tree/{name}?reset")
    page.get_by_role("button", name="Publish …").click()
    dialog = page.get_by_role("dialog", name="Publish publish.ipynb")
    expect(dialog.get_by_text("Nothing is in the way.")).to_be_visible(timeout=20_000)
    shot(page, "ready")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog.get_by_text("Working:")).to_be_visible(timeout=20_000)
    expect(dialog.get_by_text("Published.")).to_be_visible(timeout=60_000)
    expect(dialog.get_by_text("Dockerfile, README.md")).to_be_visible()
    accessible(page, ".jp-KitDialog")
    shot(page, "done")
    dialog.get_by_role("button", name=re.compile("^Show publish-app")).click()
    assert (lab.root / "publish-app" / "Dockerfile").is_file()
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator(".jp-DirListing-item", has_text="Dockerfile")).to_be_visible()
