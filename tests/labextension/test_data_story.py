"""From a data file to a notebook: checked first, shown, and refused with the reason where it cannot be used."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

READ_MS = 20_000


@pytest.fixture(scope="module", autouse=True)
def files(lab: Any) -> Path:
    """A file that can be used, one that cannot, and one that is no data."""
    rows = [f"payment {i} to a new payee,{('release', 'hold', 'release')[i % 3]}" for i in range(60)]
    (lab.root / "alerts.csv").write_text("\n".join(["note,decision", *rows]), encoding="utf-8")
    (lab.root / "broken.csv").write_text("note,decision\nno decision,\nnone,\n", encoding="utf-8")
    (lab.root / "readme.txt").write_text("no data", encoding="utf-8")
    root: Path = lab.root
    return root


def menu_of(page: Page, name: str) -> Any:
    """Open the context menu of a file."""
    page.locator(".jp-DirListing-item", has_text=name).click(button="right")
    menu = page.get_by_role("menu")
    expect(menu).to_be_visible()
    return menu


def test_a_data_file_is_opened_in_tunebook(lab: Any, open_page: Any, files: Path, shot: Any, accessible: Any) -> None:
    page = open_page(lab)
    expect(menu_of(page, "readme.txt").get_by_text("Open in Tunebook")).not_to_be_visible()
    page.keyboard.press("Escape")
    menu = menu_of(page, "alerts.csv")
    shot(page, "menu")
    menu.get_by_text("Open in Tunebook").click()
    dialog = page.get_by_role("dialog", name="Open in Tunebook")
    expect(dialog.get_by_text("60 rows")).to_be_visible(timeout=READ_MS)
    expect(dialog.get_by_text("usable", exact=True)).to_be_visible()
    expect(dialog.get_by_label("Text column")).to_have_value("note")
    expect(dialog.get_by_label("Label column")).to_have_value("decision")
    expect(dialog.get_by_role("list", name="Labels").get_by_role("listitem")).to_have_count(2)
    accessible(page, ".jp-KitDialog")
    shot(page, "checked")
    dialog.get_by_role("button", name="Write notebook").click()
    notebook = page.locator(".jp-Notebook")
    expect(notebook).to_contain_text("alerts.csv", timeout=READ_MS)
    expect(dialog).to_have_count(0)
    shot(page, "notebook")


def test_data_that_cannot_be_used_says_why(lab: Any, open_page: Any, shot: Any) -> None:
    page = open_page(lab)
    menu_of(page, "broken.csv").get_by_text("Open in Tunebook").click()
    dialog = page.get_by_role("dialog", name="Open in Tunebook")
    expect(dialog.get_by_text("not usable")).to_be_visible(timeout=READ_MS)
    expect(dialog.get_by_role("list", name="Problems")).not_to_be_empty()
    write = dialog.get_by_role("button", name="Write notebook")
    expect(write).to_have_attribute("aria-disabled", "true")
    write.click(force=True)
    shot(page)
    expect(dialog).to_be_visible()
    dialog.get_by_label("Data", exact=True).select_option("alerts.csv")
    expect(write).to_have_attribute("aria-disabled", "false", timeout=READ_MS)


def test_a_new_experiment_starts_from_bundled_data(lab: Any, open_page: Any, files: Path, shot: Any) -> None:
    page = open_page(lab)
    page.locator(".jp-LauncherCard", has_text="New experiment").click()
    dialog = page.get_by_role("dialog", name="New experiment")
    expect(dialog.get_by_label("Data", exact=True)).to_have_value(re.compile("finance"), timeout=READ_MS)
    shot(page)
    dialog.get_by_label("Goal").select_option(index=1)
    dialog.get_by_role("button", name="Write notebook").click()
    expect(page.locator(".jp-Notebook")).to_contain_text("finance-alerts", timeout=READ_MS)


def test_a_file_elsewhere_is_named_by_its_path(lab: Any, open_page: Any, files: Path) -> None:
    page = open_page(lab)
    page.locator(".jp-LauncherCard", has_text="New experiment").click()
    dialog = page.get_by_role("dialog", name="New experiment")
    dialog.get_by_label("Data", exact=True).select_option("Another file …", timeout=READ_MS)
    path = dialog.get_by_label("Path of the file")
    path.fill("nowhere.csv")
    path.press("Tab")
    expect(dialog.get_by_role("alert")).to_contain_text("nowhere.csv", timeout=READ_MS)
    expect(dialog.get_by_role("button", name="Write notebook")).to_have_attribute("aria-disabled", "true")
    path.fill("alerts.csv")
    path.press("Tab")
    expect(dialog.get_by_text("60 rows")).to_be_visible(timeout=READ_MS)


def test_a_model_is_removed_after_a_question(lab: Any, open_page: Any, side: Any, shot: Any) -> None:
    folder = str(Path(__file__).parent)
    lab.python(
        f"import sys; sys.path.append({folder!r}); import scene, os, pathlib\n"
        "scene.leave_model(pathlib.Path(os.environ['TUNEBOOK_CACHE']))"
    )
    page = open_page(lab)
    panel = side(page)
    panel.get_by_role("button", name="Remove SmolLM2-135M-Instruct from the disk").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This frees 92 MB.")
    shot(page)
    dialog.get_by_role("button", name="Remove").click()
    expect(panel.get_by_text("No models on this disk yet.")).to_be_visible()
