"""Runs of the list beside each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kit.jobs import Run
from kit.widgets import RunsPanel


def test_measured_runs_are_compared(tick: Callable[..., None], measured: Callable[..., Run], read: type[Any]) -> None:
    sweep, one = measured(), measured(sweep=False, seconds=0.1)
    panel = RunsPanel()
    tick(panel, sweep, one)
    panel.act("compare")
    page = read(panel.html())
    rows = page.rows()[-3:]
    assert [row[0] for row in rows] == [
        f"fp32 · {sweep.id[-4:]}m · alerts.jsonl",
        f"bf16 · {sweep.id[-4:]}m · alerts.jsonl",
        f"bf16 · {one.id[-4:]}m · alerts.jsonl",
    ]
    assert rows[0][-1] == "reference"
    assert rows[1][-1] == "2.0× faster, no evidence of a difference"
    assert f"bf16 · {one.id[-4:]} is 8.0× faster; 300 paired rows show no evidence" in page.text
    panel.act("uncompare")
    assert len(read(panel.html()).rows()) == 2


def test_other_rows_are_not_called_a_difference(
    tick: Callable[..., None], measured: Callable[..., Run], read: type[Any]
) -> None:
    a, b = measured(sweep=False), measured(sweep=False, rows="other")
    panel = RunsPanel()
    tick(panel, a, b)
    panel.act("compare")
    page = read(panel.html())
    assert page.rows()[-1][-1] == "measured on other rows"
    assert "They were measured on different rows" in page.text


def test_what_cannot_be_compared_says_why(
    tick: Callable[..., None], measured: Callable[..., Run], tuned: Callable[..., Run], read: type[Any]
) -> None:
    sweep, tune = measured(), tuned()
    panel = RunsPanel()
    tick(panel, sweep)
    assert read(panel.html()).button("compare")["title"] == "Tick two runs or more to compare them."
    tick(panel, tune)
    assert read(panel.html()).button("compare")["title"] == "Only sweeps, searches and evaluations can be compared."
    panel.act("compare")
    assert panel.desk.problem is not None
    assert panel.desk.compared == ()
