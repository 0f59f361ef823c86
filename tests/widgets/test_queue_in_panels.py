"""A run that waits for its turn says so in every panel, and can be put forward."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.engines.spec import Variant
from kit.experiments.spec import SweepSpec
from kit.jobs import Run, queue
from kit.jobs.turns import ask_turn, join
from kit.measure.spec import AnswerSpec
from kit.report import Event
from kit.result import Result
from kit.spec import Needs, Spec
from kit.tuning.spec import TuneSpec
from kit.widgets import ComparePanel, RunsPanel, SweepPanel, TunePanel

CAUSE = "Waits for cuda:0, which 20261122-141512-tune-qpzk uses."
EVENTS: list[Event] = [
    {"kind": "state", "state": "starting"},
    {"kind": "state", "state": "running"},
    {"kind": "state", "state": "queued", "cause": CAUSE},
]


@pytest.fixture
def waits(left: Callable[..., Run]) -> Callable[..., Run]:
    """Leave a run that waits for its turn, behind those that were left before."""

    def leave(spec: Spec, origin: str) -> Run:
        run = left(spec, origin, EVENTS)
        join(run, Needs(("cuda:0",), None), now=False)
        return run

    return leave


def now(run: Run) -> bool:
    """May this run begin without its turn?"""
    ticket = Path(os.environ["TUNEBOOK_HOME"]) / "queue" / f"{run.id}.json"
    return bool(json.loads(ticket.read_text(encoding="utf-8"))["now"])


def test_the_list_tells_the_place_and_puts_forward(waits: Callable[..., Run], data: DataSpec, read: type[Any]) -> None:
    first, second = (waits(TuneSpec(model=model, data=data), "p") for model in ("a", "b"))
    panel = RunsPanel()
    panel.act("sort", "run")
    page = read(panel.html())
    assert "none running, 2 waiting" in page.text
    assert [row[1] for row in page.rows()] == [
        f"queuednext in the queue{CAUSE}Start now",
        f"queued2nd in the queue{CAUSE}Start nowNext",
    ]
    assert {each["value"] for each in page.all("button", data_action="stop")} == {first.id, second.id}
    panel.act("next", second.id)
    assert queue() == [second, first]
    assert "2nd in the queue" in read(panel.html()).rows()[0][1]
    panel.act("now", first.id)
    assert panel.desk.problem is None
    assert (now(first), now(second)) == (True, False)


def test_a_change_of_the_order_elsewhere_is_shown(waits: Callable[..., Run], data: DataSpec, read: type[Any]) -> None:
    first, second = (waits(TuneSpec(model=model, data=data), "p") for model in ("a", "b"))
    panel, other = RunsPanel(), RunsPanel()
    panel.html()
    other.act("next", second.id)
    panel.refresh()
    rows = {row[0][0]: row[1] for row in read(panel.html()).rows()}
    assert "2nd in the queue" in rows["a"]
    assert "next in the queue" in rows["b"]
    assert queue()[1] == first


def test_one_that_has_begun_meanwhile_is_left_alone(
    waits: Callable[..., Run], append: Callable[[Run, list[Event]], None], data: DataSpec
) -> None:
    run = waits(TuneSpec(model="m", data=data), "p")
    tune, listed = TunePanel("m", data, name="p"), RunsPanel()
    assert ask_turn(run) == ""
    append(run, [{"kind": "state", "state": "running"}])
    tune.act("now")
    listed.act("now", run.id)
    assert tune.desk.problem is None
    assert listed.desk.problem is None
    listed.act("next", run.id)
    assert listed.desk.problem is not None
    assert "does not wait in the queue" in listed.desk.problem.message


def test_a_tuning_says_for_what_it_waits_and_can_begin_now(
    waits: Callable[..., Run], append: Callable[[Run, list[Event]], None], data: DataSpec, read: type[Any]
) -> None:
    run = waits(TuneSpec(model="m", data=data), "p")
    panel = TunePanel("m", data, name="p")
    page = read(panel.html())
    assert "queued · next in the queue" in page.text
    assert page.all("p", class_="tb-say")[0]["text"] == CAUSE
    assert page.all("div", role="progressbar") == []  # nothing moves
    assert page.button("stop")["text"] == "Stop"
    panel.act("now")
    assert now(run)
    append(run, [{"kind": "state", "state": "running"}])
    panel.refresh()
    page = read(panel.html())
    assert CAUSE not in page.text
    assert page.all("button", data_action="now") == []


def test_a_sweep_says_so_in_its_first_row(waits: Callable[..., Run], data: DataSpec, read: type[Any]) -> None:
    waits(TuneSpec(model="m", data=data), "p")
    run = waits(SweepSpec(model="m", data=data, methods=("fp32", "bf16")), "s")
    panel = SweepPanel("m", data, name="s")
    page = read(panel.html())
    assert page.rows() == [["fp32", CAUSE], ["bf16", "waits for its turn"]]
    assert "queued · 2nd in the queue" in page.text
    panel.act("now")
    assert now(run)


def test_a_question_says_for_what_it_waits(
    waits: Callable[..., Run], part: Callable[..., Result], data: DataSpec, read: type[Any]
) -> None:
    whole = Result(spec=SweepSpec(model="run:x", data=data).to_dict(), parts=(part("fp32"), part("bf16")))
    variants = tuple(Variant(model="run:x", method=method) for method in ("fp32", "bf16"))
    run = waits(AnswerSpec(variants=variants, prompt="Pay?"), "c")
    panel = ComparePanel(whole, name="c")
    page = read(panel.html())
    assert page.button("ask")["title"] == f"next in the queue · {CAUSE}"
    assert "fp32 · waits for its turn" in page.text
    panel.act("now")
    assert now(run)
