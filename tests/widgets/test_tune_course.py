"""What a tuning panel says of a course: answers, learning by heart, the adapter that was kept, what Resume would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.jobs import Run
from kit.report import Event
from kit.result import Result
from kit.tuning.spec import TuneSpec
from kit.tuning.watching.course import Point
from kit.widgets import TunePanel
from kit.widgets.tuning.course import evaluations

RUNNING: Event = {"kind": "state", "state": "running"}
ROWS = [
    {"text": "Pay <b>", "gold": "hold", "answer": "hold", "before": "keep"},
    {"text": "Send", "gold": "drop", "answer": "keep", "before": "keep"},
]


def course(validation: list[float], train: list[float], every: int = 2, end: str = "", total: int = 0) -> list[Event]:
    """Return what a training says whose loss is `train` and that is validated after each `every` steps."""
    said: list[Event] = [RUNNING]
    for step, loss in enumerate(train, 1):
        said.append({"kind": "metric", "name": "loss", "value": loss, "step": step})
        said.append(
            {"kind": "progress", "phase": "training", "done": step, "total": total or len(train), "unit": "steps"}
        )
        if step % every == 0 and step // every <= len(validation):
            value = validation[step // every - 1]
            said.append({"kind": "metric", "name": "validation_loss", "value": value, "step": step})
            said.append({"kind": "metric", "name": "validation_accuracy", "value": 1 - value / 2, "step": step})
            said.append({"kind": "record", "name": "answers", "data": {"step": step, "rows": ROWS}})
    if end:
        said += [
            {"kind": "artifact", "name": "adapter", "path": "artifacts/adapter"},
            {"kind": "state", "state": end},
        ]
    return said


@pytest.fixture
def shown(left: Callable[..., Run], data: DataSpec) -> Callable[..., TunePanel]:
    """Return a panel that has adopted a run with these events and, where given, with this result."""

    def show(said: list[Event], result: Result | None = None) -> TunePanel:
        run = left(TuneSpec(model="m", data=data), "p", said)
        if result is not None:
            (run.folder / "result.json").write_text(result.to_json(), encoding="utf-8")
        return TunePanel("m", data, name="p")

    return show


RISING = course([0.9, 0.5, 0.6, 0.8], [1.0, 0.9, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])


def test_learning_by_heart_is_an_alarm_with_what_to_do(shown: Callable[..., TunePanel], read: type[Any]) -> None:
    alert = read(shown(RISING).html()).all("div", role="alert", data_kind="warn")[0]["text"]
    assert "Since step 6 it learns its rows by heart" in alert
    assert "The lowest validation loss was at step 4. Look at the accuracy too" in alert
    assert alert.endswith("Stop and keep ends it now.")


def test_a_validation_that_rises_once_is_none(shown: Callable[..., TunePanel], read: type[Any]) -> None:
    said = course([0.9, 0.5, 0.6, 0.5], [1.0, 0.9, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    assert not read(shown(said).html()).all("div", role="alert")


def test_an_evaluation_knows_the_training_loss_since_the_one_before() -> None:
    train = [(step, float(step)) for step in range(1, 7)]
    curves = {"loss": train, "validation_loss": [(0, 9.0), (2, 0.5), (6, 0.4)]}
    assert evaluations(curves) == [Point(2, 0.5, 1.5), Point(6, 0.4, 4.5)]
    assert evaluations({}) == []


def test_sample_answers_stand_beside_what_is_right_and_what_was_said_before(
    shown: Callable[..., TunePanel], read: type[Any]
) -> None:
    page = read(shown(RISING).html())
    assert page.all("table", role="table")[0]["aria-label"] == "Sample answers: 1 of 2 as they should be"
    assert page.rows()[:2] == [["Pay <b>", "holdbefore: keep", "✓ the same"], ["Send", "keep", "drop"]]
    assert "Sample rows, after step 8" in page.text


def test_numbers_of_a_run_that_is_over_are_those_of_the_adapter_that_was_kept(
    shown: Callable[..., TunePanel], read: type[Any]
) -> None:
    said = course([0.9, 0.5, 0.6, 0.8], [1.0, 0.9, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], end="finished")
    result = Result(
        spec={},
        metrics={"validation_loss": 0.5, "validation_accuracy": 0.75},
        facts={"validation_rows": 120, "kept_step": 4, "summary": "overfit since step 6, lowest loss at 4, kept 4"},
    )
    page = read(shown(said, result).html())
    assert "validation loss0.50at step 4" in page.text
    assert "accuracy0.75± .08" in page.text
    assert "Overfit since step 6, lowest loss at 4, kept 4. The adapter is kept in run" in page.text
    assert "accuracy, 95% interval" in page.text


def test_a_task_without_right_and_wrong_has_no_accuracy(shown: Callable[..., TunePanel], read: type[Any]) -> None:
    said = [event for event in RISING if event.get("name") != "validation_accuracy"]
    page = read(shown(said).html())
    assert "accuracy" not in page.text
    assert len(page.all("svg")) == 1


def test_general_loss_stands_beside_what_it_was(shown: Callable[..., TunePanel], read: type[Any]) -> None:
    said = [*RISING]
    for step, value in ((0, 2.0), (8, 2.3)):
        said.append({"kind": "metric", "name": "general_loss", "value": value, "step": step})
    assert "general loss2.3from 2.0" in read(shown(said).html()).text


def test_while_it_runs_it_says_what_stopping_keeps(shown: Callable[..., TunePanel], read: type[Any]) -> None:
    page = read(shown(RISING).html())
    assert "Stop and keep ends it after this step and keeps the adapter; it can be resumed." in page.text


def test_a_run_that_was_stopped_says_where_resume_goes_on(shown: Callable[..., TunePanel], read: type[Any]) -> None:
    panel = shown(course([0.9], [1.0, 0.9, 0.8], end="stopped", total=20))
    page = read(panel.html())
    assert "Resume goes on from step 3 of 20, as if it had never stopped." in page.text
    assert page.button("resume")


def test_how_many_rows_validate_is_seen_on_the_way(shown: Callable[..., TunePanel], read: type[Any]) -> None:
    panel = shown(
        [*RISING, {"kind": "progress", "phase": "validating", "done": 16, "total": 100, "unit": "rows"}],
    )
    assert panel.desk.validated == 100
    assert panel.desk.share is None
    assert "± .10" in read(panel.html()).text


def test_what_the_run_decided_opens_with_its_reasons(shown: Callable[..., TunePanel], read: type[Any]) -> None:
    choice = {"field": "micro_batch_size", "value": 4, "why": "All 16 rows at once would need 9 GB."}
    page = read(shown([*RISING, {"kind": "record", "name": "choices", "data": {"choices": [choice]}}]).html())
    told = next(d for d in page.all("details") if d.get("data-key") == "decided")
    assert told["text"].startswith("Decided for this machine: micro_batch_size")
    assert "micro_batch_size=4 All 16 rows at once would need 9 GB." in told["text"]


def test_a_long_run_is_drawn_in_few_points(shown: Callable[..., TunePanel]) -> None:
    panel = shown(course([0.5] * 10, [1 / step for step in range(1, 10_001)], every=1000))
    assert len(panel.html()) < 60_000
    drawings = panel.desk.drawings
    first = drawings.drawn(panel.desk.status, 10_000, 700, others={})
    assert drawings.drawn(panel.desk.status, 10_000, 700, others={}) is first


def test_the_time_that_was_predicted_stands_beside_what_it_took(
    shown: Callable[..., TunePanel], read: type[Any]
) -> None:
    told: Event = {"kind": "record", "name": "estimate", "data": {"training_s": 118.0}}
    assert "of 2 min predicted" in read(shown([RUNNING, told, *RISING[1:]]).html()).text
    said = course([0.9], [1.0, 0.9], end="finished")
    panel = shown([RUNNING, told, *said[1:]], Result(spec={}, metrics={"training_s": 170.0}))
    assert "training, predicted → took2 min → 2 min 50 s" in read(panel.html()).text
