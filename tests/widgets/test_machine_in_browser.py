"""The panel on this machine in a real browser: every width, light and dark, the keyboard, and nothing that moves."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

import kit.widgets
from kit.machine import Speed
from kit.machine.speed import keep_speed
from kit.widgets import MachineCard

pytestmark = pytest.mark.slow

HERE = Path(kit.widgets.__file__).parent
SPEED = Speed(
    "cpu",
    23.3,
    {"fp32": 0.09, "bf16": 0.21, "fp16": 0.02},
    1.6e-6,
    "2026-11-22T10:00:00+00:00",
    {"fp32": 18.0, "bf16": 10.0, "fp16": 20.0},
)
FAINT = """() => {
  const channel = c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const light = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return a < 255 ? null : 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  };
  const under = e => { for (; e; e = e.parentElement) {
    const found = light(getComputedStyle(e).backgroundColor); if (found !== null) return found; } return 1; };
  const texts = [...document.querySelectorAll(".tunebook *")].filter(e => e.getBoundingClientRect().width > 2
    && getComputedStyle(e).visibility === "visible"
    && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
  return texts.map(e => { const a = light(getComputedStyle(e).color), b = under(e);
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.innerText]; }).filter(([ratio]) => ratio < 4.5);
}"""


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The panel before anything was measured and after, with methods that lack a package."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "bitsandbytes" else find(name))
    before = MachineCard(device="cpu").html()
    keep_speed(SPEED)
    return before, MachineCard(device="cpu").html()


def shown(browser: Any, html: str, width: int, theme: str = "") -> Any:
    page = browser.new_page(viewport={"width": width, "height": 900})
    sheet = (HERE / "style.css").read_text(encoding="utf-8")
    page.set_content(f"<!doctype html><style>{sheet}</style><body class='{theme}'><div class=tunebook>{html}</div>")
    return page


def test_it_reads_at_every_width_in_light_and_dark(browser: Any, pages: tuple[str, str]) -> None:
    for theme in ("", "theme-dark"):
        for width in (1400, 700, 390):
            page = shown(browser, pages[1], width, theme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            right = "Math.max(...[...document.querySelectorAll('td, tbody th, button, pre, .tb-chip')]"
            assert page.evaluate(f"{right}.map(e => e.getBoundingClientRect().right))") <= width
            assert page.evaluate(FAINT) == []
            page.close()


def test_figures_that_come_move_nothing(browser: Any, pages: tuple[str, str]) -> None:
    for width in (1400, 700):
        tops = []
        for html in pages:
            page = shown(browser, html, width)
            tops.append(page.evaluate("document.querySelector('[data-key=ready]').getBoundingClientRect().top"))
            page.close()
        assert tops[1] - tops[0] <= 20  # the sentence on what they mean may take a second line


def test_the_keyboard_reaches_every_button_and_the_command(browser: Any, pages: tuple[str, str]) -> None:
    page = shown(browser, pages[1], 700)
    reached = []
    for _each in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText"))
    assert [text.split("\n")[0] for text in reached[:3]] == ["Show code", "Measure again", "Copy"]
    page.close()
