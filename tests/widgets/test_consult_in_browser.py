"""The medical panel in a browser: by keyboard, at any width, in light and dark, nothing that axe objects to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from consulted import BINS, Weighing, served, tuned
from shownpanel import Shown, showing

from kit.widgets import ConsultPanel
from kit.widgets.consulting.consultation import Stand
from kit.widgets.consulting.opinion import Opinion

pytestmark = pytest.mark.slow

WHOLE = "td, th, button, select, input, textarea, p, li, label, span"
LONG = "A lump that was felt in March; it has not grown since. Dr Jane Doe, tel. +49 151 23456789, goes up"


class Answered:
    """Stands for a question that has been answered."""

    text, choices = LONG, ()

    def __init__(self, threshold: float) -> None:
        opinion = Opinion(("benign", "malignant"), (0.912, 0.088), threshold, tuple(BINS))
        sent = LONG.replace("Jane Doe", "<PERSON>").replace("+49 151 23456789", "<PHONE>")
        self.stand = Stand(over=True, opinion=opinion, sent=sent, found={"person": 1, "phone": 1})

    def cancel(self) -> None:
        """It is over."""


def answered(threshold: float) -> ConsultPanel:
    """Return a panel with an answer; the threshold says whether it is given."""
    tuned("m", threshold=threshold)
    panel = ConsultPanel()
    panel.act("set", case=LONG)
    panel.desk.consultation = Answered(threshold)  # type: ignore[assignment]
    panel.refresh()
    return panel


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Shown]]:
    """Show a panel."""
    with showing(browser) as shown:
        yield shown


@pytest.mark.parametrize("width", [390, 700, 1400])
@pytest.mark.parametrize("theme", ["", "theme-dark"])
@pytest.mark.parametrize("threshold", [0.3, 0.9999])
def test_nothing_is_cut_off_and_axe_objects_to_nothing(
    show: Callable[..., Shown], width: int, theme: str, threshold: float
) -> None:
    shown = show(answered(threshold), width, theme)
    given = "Not sure: ask a clinician" not in shown.page.locator(".tb-verdict").inner_text()
    assert given == (threshold < 0.5)
    assert shown.cut_off(WHOLE) == []
    assert shown.wide <= width
    assert shown.objections() == []
    if folder := os.environ.get("TUNEBOOK_SHOTS"):
        name = f"consult-{'sure' if given else 'unsure'}-{width}-{theme or 'light'}.png"
        shown.page.screenshot(path=f"{folder}/{name}", full_page=True)


def test_a_case_is_asked_by_keyboard(show: Callable[..., Shown], tiny_model: Path) -> None:
    tuned(tiny_model, threshold=0.3)
    panel = ConsultPanel()
    shown = show(panel, 700)
    shown.page.get_by_role("button", name="The price goes up").press("Enter")
    assert shown.sync() == ["example"]
    field = shown.page.get_by_role("textbox", name="The case, as the examples tell it (Ctrl+Enter asks)")
    assert field.input_value() == "The price goes up"
    field.press("Control+Enter")
    with served(tiny_model, Weighing()):
        assert shown.sync()[-1] == "ask"
        assert panel.desk.consultation is not None
        panel.desk.consultation.wait(60)
    panel.refresh()
    shown.sync()
    assert shown.page.locator(".tb-verdict").inner_text() in ("up", "down")
