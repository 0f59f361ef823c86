"""The list of runs in a real browser: every width, the keyboard, what changes while somebody is on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import kit.widgets
from kit.data.spec import DataSpec
from kit.jobs import Run
from kit.report import Event
from kit.tuning.spec import TuneSpec
from kit.widgets import RunsPanel

pytestmark = pytest.mark.slow

HERE = Path(kit.widgets.__file__).parent
CAUSE = "Not enough memory: a batch of 512 rows needs 31 GB and 21 GB are free."

STEP: Event = {"kind": "progress", "phase": "training", "done": 186, "total": 300, "unit": "steps"}
FINISHED: Event = {"kind": "state", "state": "finished"}
WHERE = "[...document.querySelectorAll('td, tbody th')].map(e => Object.values(e.getBoundingClientRect().toJSON()))"


@pytest.fixture
def html(left: Callable[..., Run]) -> str:
    """The panel with a run of every kind of row, one opened, one ticked."""
    spec = TuneSpec(model="hub/a-model-with-a-name-of-some-length-instruct", data=DataSpec(source="finance-alerts"))
    figure: Event = {"kind": "metric", "name": "validation_accuracy", "value": 0.79, "step": 1}
    left(spec, "p", [{"kind": "state", "state": "running"}, {**STEP, "done": 1}, STEP, figure])
    over = [left(spec, "p", [figure, {"kind": "state", "state": s, "cause": CAUSE}]) for s in ("finished", "failed")]
    (over[1].folder / "log.txt").write_text("a line of a log that is wide " * 20, encoding="utf-8")
    panel = RunsPanel()
    panel.act("open", f"log:{over[1].id}")
    panel.act("tick", {}, **{f"run:{over[0].id}": True})
    return panel.html()


def shown(browser: Any, html: str, width: int) -> Page:
    """Show HTML with the real style sheet."""
    page: Page = browser.new_page(viewport={"width": width, "height": 900})
    sheet = (HERE / "style.css").read_text(encoding="utf-8")
    page.set_content(f"<!doctype html><style>{sheet}</style><body><div class=tunebook>{html}</div>")
    return page


@pytest.mark.parametrize("width", [1400, 700, 390])
def test_nothing_scrolls_sideways_and_nothing_is_cut_off(width: int, browser: Any, html: str) -> None:
    page = shown(browser, html, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    right = page.evaluate(
        "Math.max(...[...document.querySelectorAll('td, th, button')].map(e => e.getBoundingClientRect().right))"
    )
    assert right <= width
    page.close()


@pytest.mark.parametrize("width", [1400, 390])
def test_the_keyboard_reaches_everything_that_is_seen_and_nothing_else(width: int, browser: Any, html: str) -> None:
    page = shown(browser, html, width)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => { const e = document.activeElement, b = e.getBoundingClientRect();
              return e === document.body ? null : [e.dataset.action ?? e.name ?? e.className, e.value ?? "",
                b.width > 1 && b.height > 1, getComputedStyle(e).outlineStyle]; }"""
        )
        if at is None:
            break
        reached.append(at)
    assert all(visible for _what, _value, visible, _outline in reached)
    assert {outline for _what, _value, _visible, outline in reached} == {"solid"}
    actions = [what for what, *_rest in reached]
    assert actions.count("open") == 6 + 2  # log and code of each, and why two of them ended
    assert actions.count("delete") == 2 + 1  # two rows that are over, and the line for those ticked
    assert {"state", "kind", "sort", "text", "every", "stop", "resume", "tb-log"} <= set(actions)
    page.close()


@pytest.mark.parametrize("width", [1400, 700, 390])
def test_figures_that_come_and_change_move_nothing(
    width: int, browser: Any, left: Callable[..., Run], append: Callable[[Run, list[Event]], None]
) -> None:
    spec = TuneSpec(model="m", data=DataSpec(source="d"))
    left(spec, "p", [FINISHED], age_s=90)
    run = left(spec, "p", [{"kind": "state", "state": "running"}, {**STEP, "done": 7}], age_s=30)
    panel = RunsPanel()
    places = []
    for events in ([], [{**STEP, "done": 95}], [{"kind": "memory", "pid": 1, "now_mib": 1900.0, "peak_mib": 22890.0}]):
        append(run, events)
        panel.refresh()
        page = shown(browser, panel.html(), width)
        places.append(page.evaluate(WHERE))
        page.close()
    assert places[0] == places[1] == places[2]
