"""Sweeping in a real browser: by keyboard, thirty rows at any width, and nothing that axe objects to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from shownpanel import Shown, showing

from kit.data.spec import DataSpec
from kit.experiments.spec import SweepSpec
from kit.jobs import Run
from kit.quantization import methods
from kit.report import Event
from kit.result import Result
from kit.widgets import SweepPanel

pytestmark = pytest.mark.slow

WHOLE = "td, th, button, select, input, dd, p, label, summary, svg text"
MORE = {"kld_mean": 0.0131, "perplexity": 15.183, "bits_per_weight": 4.5}


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Shown]]:
    """Show a panel."""
    with showing(browser) as shown:
        yield shown


@pytest.fixture
def swept(left: Callable[..., Run], part: Callable[..., Result], data: DataSpec) -> Callable[[], SweepPanel]:
    """Return a panel with a sweep over every method: measured, given up, failed, barred, under way and waiting."""

    def make() -> SweepPanel:
        names = list(methods())
        said: list[Event] = [{"kind": "state", "state": "running"}]
        for place, name in enumerate(names[:-2]):
            row = part(
                name, 0.8 - place / 200, **({"kind": "no evidence", "speed_ratio": 0.5 + place / 9} if place else {})
            )
            row.metrics.update(MORE, decode_tokens_per_s=20.0 + place, kld_mean=place / 900)
            if place == 3:
                row = Result(
                    spec={}, status="failed", error={"message": "Killed.", "fix": "Less."}, facts={"method": name}
                )
            if place == 4:
                told = {"read": 80, "rows": 400, "margin": 0.1, "reason": "given up"}
                row = Result(spec={}, facts={"method": name, "given_up": told})
            if place == 5:
                error = {"message": "hqq is not installed.", "fix": "Add it with: pip install hqq"}
                row = Result(spec={}, status="unsupported", error=error, facts={"method": name})
            said.append({"kind": "record", "name": "variant", "data": row.to_dict()})
        phase = f"{names[-2]}: scoring"
        for done in (1, 75):
            said.append({"kind": "progress", "phase": phase, "done": done, "total": 300, "unit": "rows"})
        left(SweepSpec(model="m", data=data, methods=tuple(names)), "s", said)
        return SweepPanel("m", data, name="s")

    return make


def test_methods_are_ticked_with_the_keyboard_alone(show: Callable[..., Shown], data: DataSpec) -> None:
    shown = show(SweepPanel("m", data))
    keyboard = shown.page.keyboard
    shown.page.locator("[data-key=pick-none]").press("Enter")
    assert shown.sync() == ["pick"]
    shown.page.locator("[name='method:bf16']").focus()
    keyboard.press("Space")
    assert shown.sync() == ["tick"]
    assert shown.panel.desk.chosen == ("bf16",)
    assert shown.page.evaluate("document.activeElement.name") == "method:bf16"  # the focus stays where it was
    family = shown.page.locator("[name=family]")
    family.select_option("4")
    assert shown.sync() == ["narrow"]
    shown.page.locator("[name='method:bnb-nf4']").check()
    assert shown.sync() == ["tick"]
    assert shown.panel.desk.chosen == ("bf16", "bnb-nf4")  # what is not shown stays ticked
    summary = shown.page.locator("[data-key=budget] > summary")
    summary.focus()
    keyboard.press("Enter")
    minutes = shown.page.locator("[name=minutes]")
    minutes.fill("5")
    keyboard.press("Tab")
    assert shown.sync() == ["set"]
    assert shown.panel.desk.spec().minutes == 5
    assert minutes.is_visible()


def test_rows_are_sorted_and_opened_with_the_keyboard(
    show: Callable[..., Shown], swept: Callable[[], SweepPanel]
) -> None:
    shown = show(swept(), 1400)
    title = shown.page.locator("th button", has_text="Tokens/s")
    title.press("Enter")
    assert shown.sync() == ["sort"]
    head = shown.page.locator("th[aria-sort=descending]")
    assert head.inner_text().startswith("Tokens/s")
    first = shown.page.locator("tbody .tb-name").first
    assert first.get_attribute("aria-expanded") == "false"
    first.press("Enter")
    assert shown.sync() == ["open"]
    assert first.get_attribute("aria-expanded") == "true"
    assert "Macro-F1" in shown.page.locator("tr[data-opened]").inner_text()


@pytest.mark.parametrize("width", [1400, 700, 390])
def test_nothing_is_cut_off_or_scrolls_sideways(
    show: Callable[..., Shown], swept: Callable[[], SweepPanel], data: DataSpec, width: int
) -> None:
    for panel in (SweepPanel("m", data), swept()):
        panel.act("open", "bf16")
        shown = show(panel, width)
        shown.open_all()
        assert shown.cut_off(WHOLE) == []
        assert shown.wide <= width
    titles = [each for each in shown.page.locator("thead th").all() if each.is_visible()]
    assert len(titles) == (10 if width == 1400 else 5)  # narrow: the others are in the details of a row


@pytest.mark.parametrize("theme", ["", "theme-dark"])
def test_axe_objects_to_nothing(
    show: Callable[..., Shown], swept: Callable[[], SweepPanel], data: DataSpec, theme: str
) -> None:
    for panel, width in ((SweepPanel("m", data), 700), (swept(), 1400)):
        panel.act("open", "bf16")
        shown = show(panel, width, theme)
        shown.open_all()
        assert shown.objections() == []
