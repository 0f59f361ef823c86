"""The side panel as people see it: both themes, two widths, keyboard and screen reader, still when nobody looks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

NARROW, WIDE = 250, 460
GPU = {"name": "NVIDIA H200", "memory_total_mib": 143771, "memory_used_mib": 1200, "load_percent": 12}
READY = {"name": "transformers", "title": "Transformers", "ready": True, "reason": "", "add": ""}
MACHINE = {
    "version": "0.1.0",
    "cores": 16,
    "cpu_percent": 37.5,
    "load": 0.8,
    "instruction_sets": ["AVX2", "AVX-512", "AMX"],
    "memory_total_mib": 128000,
    "memory_available_mib": 9000,
    "system": "Linux x86_64, Python 3.11",
    "gpus": [GPU, {**GPU, "memory_used_mib": 140000, "load_percent": None}],
    "disks": [{"what": "runs", "folder": "/home/me", "free_bytes": 10**11, "total_bytes": 10**12}],
    "engines": [
        READY,
        {
            "name": "openvino",
            "title": "OpenVINO",
            "ready": False,
            "reason": "OpenVINO needs the package openvino, which is not installed.",
            "add": "pip install 'tunebook[openvino]'",
        },
    ],
    "methods": [
        {**READY, "name": "bf16", "title": "bfloat16"},
        {"name": "bnb-nf4", "title": "4-bit", "ready": False, "reason": "bnb-nf4 needs a GPU.", "add": ""},
    ],
    "problems": ["voila 0.4 is installed; <0.6,>=0.5.13 is needed."],
}


def widen(page: Page, side: Any, width: int) -> None:
    """Drag the edge of the side panel until it is so wide."""
    box = side.bounding_box()
    edge = box["x"] + box["width"] + 2
    page.mouse.move(edge, 400)
    page.mouse.down()
    page.mouse.move(edge + width - box["width"], 400, steps=4)
    page.mouse.up()


def overflowing(side: Any) -> list[str]:
    """Return what is wider than the part of the panel that it stands in."""
    script = """side => [...side.querySelectorAll('.jp-Kit')].flatMap(part => {
      const right = part.getBoundingClientRect().right + 0.5;
      return [...part.querySelectorAll('*')].filter(each => each.getBoundingClientRect().right > right
        && !each.closest('svg, .jp-KitBar')).map(each => each.outerHTML.slice(0, 80));
    })"""
    found: list[str] = side.evaluate(script)
    return found


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_everything_is_shown_at_every_width(
    theme: str, lab: Any, scene: None, open_page: Any, side: Any, shot: Any, accessible: Any
) -> None:
    lab.set("@jupyterlab/apputils-extension/themes", {"theme": f"JupyterLab {theme}"})
    page = open_page(lab, height=1500)
    panel = side(page)
    expect(panel.get_by_role("meter", name="Memory")).to_be_visible()
    expect(panel.locator('[data-run][data-state="failed"]')).to_contain_text("Take a smaller batch_size.")
    expect(panel.locator('[data-run][data-state="crashed"]')).to_have_count(1)
    expect(panel.get_by_role("img", name=re.compile("loss from 1.* to 0.5"))).to_have_count(1)
    expect(panel.locator("[data-adapter]")).to_contain_text("accuracy 0.84")
    expect(panel.locator("[data-getting]")).to_contain_text("310 MB of 1.2 GB")
    panel.get_by_text("Get a model").click()
    for width in (NARROW, WIDE):
        widen(page, panel, width)
        assert abs(panel.bounding_box()["width"] - width) <= 3
        assert overflowing(panel) == []
        shot(page, f"{width}")
    accessible(page, "#tunebook")
    page.locator("#tunebook-runs").evaluate("part => part.scrollTo(0, part.scrollHeight)")
    accessible(page, "#tunebook-runs")
    shot(page, "scrolled")
    lab.set("@jupyterlab/apputils-extension/themes", {"theme": "JupyterLab Light"})


def test_everything_can_be_reached_and_heard(lab: Any, scene: None, open_page: Any, side: Any) -> None:
    page = open_page(lab)
    panel = side(page)
    for title in ("Machine", "Runs", "Models"):
        expect(panel.get_by_role("region", name=f"{title} Section")).to_be_visible()
    expect(panel.get_by_role("meter", name="Memory")).to_have_attribute("aria-valuetext", re.compile(r"GB of \d+ GB"))
    expect(panel.get_by_role("progressbar", name="Progress of getting qwen3-0.6b")).to_have_attribute(
        "aria-valuetext", "310 MB of 1.2 GB"
    )
    panel.get_by_role("searchbox").focus()
    heard = []
    for _ in range(12):
        page.keyboard.press("Tab")
        heard.append(page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert heard[0] == "Open a notebook that compares the ticked runs"
    assert "Stop Tune smollm2-135m-instruct · finance-alerts" in heard
    assert all(heard)


def test_the_machine_shows_its_gpus_and_what_is_missing(
    lab: Any, scene: None, open_page: Any, side: Any, shot: Any, accessible: Any
) -> None:
    page = open_page(lab, height=1800)
    page.route("**/tunebook/api/machine*", lambda route: route.fulfill(json=MACHINE))
    panel = side(page).locator("#tunebook-machine")
    gpus = panel.get_by_role("meter", name="NVIDIA H200")
    expect(gpus).to_have_count(2)
    expect(gpus.first).to_have_attribute("aria-valuetext", "1.3 GB of 151 GB · 12 % busy")
    expect(panel.get_by_text("OpenVINO needs the package openvino")).to_be_visible()
    expect(panel.get_by_text("pip install 'tunebook[openvino]'")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel.get_by_role("button", name="Copy “pip install 'tunebook[openvino]'”").click()
    assert page.evaluate("navigator.clipboard.readText()") == "pip install 'tunebook[openvino]'"
    panel.get_by_text("1 method cannot run here").click()
    expect(panel.get_by_text("bnb-nf4 needs a GPU")).to_be_visible()
    widen(page, side(page), 330)
    accessible(page, "#tunebook-machine")
    panel.evaluate("part => part.scrollTo(0, 0)")
    shot(page)


def test_the_keyboard_closes_and_opens_a_section(lab: Any, scene: None, open_page: Any, side: Any) -> None:
    page = open_page(lab)
    panel = side(page)
    expect(panel.get_by_role("meter", name="Memory")).to_be_visible()
    page.locator(".jp-SideBar [data-id='tunebook']").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Machine":
            break
    page.keyboard.press("Enter")
    expect(panel.get_by_role("meter", name="Memory")).not_to_be_visible()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("meter", name="Memory")).to_be_visible()


def test_words_find_runs_and_a_word_that_none_has_says_so(lab: Any, scene: None, open_page: Any, side: Any) -> None:
    page = open_page(lab)
    panel = side(page)
    panel.get_by_role("searchbox").fill("failed")
    expect(panel.locator("[data-run]")).to_have_count(1)
    panel.get_by_role("searchbox").fill("nothing has this")
    expect(panel.get_by_text("No run has all of these words: nothing has this")).to_be_visible()


def test_a_panel_that_nobody_sees_asks_nothing(lab: Any, scene: None, open_page: Any, side: Any) -> None:
    page = open_page(lab)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/tunebook/api/" in request.url else None)
    page.wait_for_timeout(1500)
    assert [url for url in asked if "templates" not in url] == []
    panel = side(page)
    expect(panel.get_by_role("meter", name="Memory")).to_be_visible()
    assert {re.sub(r"\?.*", "", url.split("/api/")[1]) for url in asked} >= {"machine", "runs", "models"}

    panel.get_by_role("heading", name="Runs Section").click()
    page.wait_for_timeout(1200)
    asked.clear()
    page.wait_for_timeout(2500)
    assert any("api/machine" in url for url in asked)
    assert not any("api/runs" in url for url in asked)

    page.locator('.jp-SideBar [data-id="tunebook"]').click()
    page.wait_for_timeout(1200)
    asked.clear()
    page.wait_for_timeout(2500)
    assert asked == []


def test_runs_are_compared_in_a_notebook(lab: Any, scene: None, open_page: Any, side: Any, shot: Any) -> None:
    page = open_page(lab)
    panel = side(page)
    compare = panel.get_by_role("button", name="Open a notebook that compares the ticked runs")
    expect(compare).to_have_attribute("aria-disabled", "true")
    ticks = panel.get_by_role("checkbox")
    ticks.nth(0).check()
    ticks.nth(1).check()
    expect(compare).to_have_text("Compare 2")
    compare.click()
    expect(page.get_by_role("tab", name=re.compile(r"compar.*\.ipynb"))).to_be_visible()
    expect(page.locator(".jp-Notebook .jp-CodeCell .cm-content").first).to_contain_text("kit", timeout=20_000)
    shot(page)


def test_a_model_is_removed_only_when_that_is_meant(lab: Any, scene: None, open_page: Any, side: Any) -> None:
    page = open_page(lab)
    panel = side(page)
    remove = panel.get_by_role("button", name=re.compile("^Remove SmolLM2"))
    expect(remove).to_have_attribute("aria-disabled", "true")  # a run that lives may use it
    expect(remove).to_have_attribute("title", re.compile("A run uses it"))
    remove.click(force=True)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_model_that_cannot_be_got_says_why(lab: Any, scene: None, open_page: Any, side: Any) -> None:
    page = open_page(lab, height=1200)
    panel = side(page)
    panel.get_by_text("Get a model").click()
    panel.get_by_label("Name of a model on the hub").fill("nobody/nothing-of-this-name")
    panel.get_by_label("Name of a model on the hub").press("Enter")
    got = panel.locator('[data-getting="nobody/nothing-of-this-name"]')
    expect(got).to_contain_text("failed", timeout=30_000)
    expect(got.locator(".jp-KitAlert")).not_to_be_empty()
