"""A tuning panel while its run goes on, and after."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.jobs import Run
from kit.report import Event
from kit.tuning.spec import TuneSpec
from kit.widgets import TunePanel


def events(steps: int, total: int = 300, end: str = "", **more: Any) -> list[Event]:
    """Return what a tuning run says in `steps` steps, one a second."""
    said: list[Event] = [
        {"kind": "state", "state": "running"},
        {"kind": "progress", "phase": "loading", "done": 0, "total": None, "unit": ""},
        {"kind": "record", "name": "estimate", "data": {"peak_memory_mib": 2193}},
        {"kind": "metric", "name": "validation_accuracy", "value": 0.34, "step": 0},
    ]
    for step in range(1, steps + 1):
        said.append({"kind": "metric", "name": "loss", "value": 1 / step, "step": step})
        said.append({"kind": "progress", "phase": "training", "done": step, "total": total, "unit": "steps"})
    if steps:
        said += [
            {"kind": "metric", "name": "validation_loss", "value": 0.412, "step": steps},
            {"kind": "metric", "name": "validation_accuracy", "value": 0.791, "step": steps},
            {"kind": "metric", "name": "tokens_per_s", "value": 1943.2, "step": steps},
            {
                "kind": "record",
                "name": "answer",
                "data": {"text": "<b>Pay</b> 9,400", "gold": "hold", "answer": "escalate", "before": "release"},
            },
        ]
    if end in ("finished", "stopped"):
        said.append({"kind": "metric", "name": "peak_memory_mib", "value": 2289.0, "step": None})
        said.append({"kind": "artifact", "name": "adapter", "path": "artifacts/adapter"})
    if end:
        said.append({"kind": "state", "state": end, **more})
    return said


@pytest.fixture
def shown(left: Callable[..., Run], data: DataSpec, read: type[Any]) -> Callable[..., tuple[TunePanel, Any]]:
    """Return a panel that has adopted a run with these events, and its page."""

    def show(said: list[Event], **how: Any) -> tuple[TunePanel, Any]:
        left(TuneSpec(model="m", data=data, rank=4), "p", said, **how)
        panel = TunePanel("m", data, name="p")
        return panel, read(panel.html())

    return show


def test_while_it_runs_it_tells_how_far_and_how_well(shown: Callable[..., tuple[TunePanel, Any]]) -> None:
    _panel, page = shown(events(186), age_s=190 * 2)
    assert "training · step 186 of 300" in page.text
    assert page.all("div", role="progressbar")[0]["aria-valuenow"] == "62"
    for said in ("validation loss0.41", "accuracy0.79from 0.34", "throughput1,940tokens/s", "peak2.3 → … GB"):
        assert said in page.text
    assert "validation 0.41" in page.text
    assert "“<b>Pay</b> 9,400”→ escalate (right is hold; before the tuning: release)" in page.text
    assert page.button("stop")["text"] == "Stop and keep"


def test_the_time_left_counts_the_validations_between_the_steps(
    left: Callable[..., Run], append: Callable[[Run, list[Event]], None], data: DataSpec
) -> None:
    now = time.time()
    run = left(TuneSpec(model="m", data=data), "p", [])

    def say(phase: str, step: int, ago: float) -> None:
        unit = "steps" if phase == "training" else "rows"
        event = {"kind": "progress", "phase": phase, "done": step, "total": 10, "unit": unit, "t": now - ago}
        append(run, [event])

    say("validating", 0, 40)
    panel = TunePanel("m", data, name="p")
    panel.refresh()
    assert panel.desk.left_s() is None
    ago = 32.0
    for step in range(6):  # two seconds each, and eight for the validations after the second and the fourth
        say("training", step, ago)
        if step in (2, 4):
            say("validating", 0, ago)
            ago -= 8
            say("training", step, ago)
        ago -= 2
    panel.refresh()
    left_s = panel.desk.left_s()
    assert left_s is not None
    assert left_s == pytest.approx(5 * 2 + 3 * 8, abs=3)


def test_before_the_first_step_everything_has_its_place(shown: Callable[..., tuple[TunePanel, Any]]) -> None:
    _panel, page = shown(events(0))
    assert "loading the model" in page.text
    assert "validation loss–" in page.text
    assert page.all("svg", role="img")
    assert "aria-valuenow" not in page.all("div", role="progressbar")[0]


@pytest.mark.parametrize("end", ["finished", "stopped"])
def test_what_was_made_is_what_the_panel_stands_for(end: str, shown: Callable[..., tuple[TunePanel, Any]]) -> None:
    panel, page = shown(events(20, end=end))
    assert panel.run is not None
    assert panel.as_spec_value() == f"run:{panel.run.id}"
    assert f"{end} · " in page.text
    assert "2.3 → 2.4 GB" in page.text
    assert page.button("again")["text"] == ("Tune again" if end == "finished" else "Start anew")


def test_a_run_that_failed_tells_cause_and_next_step(shown: Callable[..., tuple[TunePanel, Any]]) -> None:
    panel, page = shown(events(5, end="failed", cause="No memory for <x>.", fix="Take a smaller batch."))
    alert = page.all("div", role="alert")[0]["text"]
    assert "No memory for <x>." in alert
    assert "Take a smaller batch." in alert
    assert panel.as_spec_value() == "m"


def test_a_crash_is_a_state_of_its_own(shown: Callable[..., tuple[TunePanel, Any]]) -> None:
    _panel, page = shown(events(5), alive=False)
    assert "crashed" in page.text
    assert "gone without a word" in page.all("div", role="alert")[0]["text"]


def test_stopping_asks_once_and_says_that_it_waits(
    shown: Callable[..., tuple[TunePanel, Any]], read: type[Any]
) -> None:
    panel, _page = shown(events(5))
    panel.act("stop")
    assert panel.run is not None
    assert (panel.run.folder / "stop").exists()
    page = read(panel.html())
    assert "stopping · at the next step" in page.text
    assert page.button("stop")["aria-disabled"] == "true"


def test_running_the_cell_again_shows_the_same_run_and_its_settings(left: Callable[..., Run], data: DataSpec) -> None:
    first = TunePanel("m", data)
    run = left(TuneSpec(model="m", data=data, rank=2, learning_rate=5e-4), first.name, events(3))
    second = TunePanel("m", data)
    assert second.name == first.name
    assert second.run == run
    assert second.desk.form.values()["rank"] == 2
    assert second.desk.form.values()["learning_rate"] == 5e-4
    assert TunePanel("m", data, rank=3).run is None  # other arguments, another panel


def test_a_newer_run_of_the_same_panel_is_taken_up(shown: Callable[..., tuple[TunePanel, Any]], left: Any) -> None:
    panel, _page = shown(events(3, end="finished"))
    assert panel.desk.renew() is False
    newer = left(TuneSpec(model="m", data=panel.desk.data, rank=9), "p", events(1))
    newer.folder.rename(newer.folder.parent / "99991231-000000-tune-zzzz")
    assert panel.desk.renew() is True
    assert panel.desk.form.values()["rank"] == 9


def test_again_shows_the_settings_and_back_the_run(
    shown: Callable[..., tuple[TunePanel, Any]], read: type[Any]
) -> None:
    panel, _page = shown(events(3, end="finished"))
    panel.act("again")
    page = read(panel.html())
    assert page.all("input", name="rank")[0]["value"] == "4"
    assert page.button("start")
    panel.act("back")
    assert not read(panel.html()).all("input", name="rank")


def test_a_run_whose_folder_is_gone_is_a_problem_that_is_shown(
    shown: Callable[..., tuple[TunePanel, Any]], read: type[Any]
) -> None:
    panel, _page = shown(events(3))
    assert panel.run is not None
    shutil.rmtree(panel.run.folder)
    panel.refresh()
    page = read(panel.html())
    assert "cannot be read any more" in page.all("div", role="alert")[0]["text"]
    assert not panel.desk.busy
    assert page.button("start")


@pytest.mark.parametrize("first", [0, 4])
def test_numbers_of_an_earlier_validation_than_the_kept_model_say_so(
    first: int, shown: Callable[..., tuple[TunePanel, Any]]
) -> None:
    said = events(4) if first else [*events(0), {"kind": "metric", "name": "validation_loss", "value": 2.2, "step": 0}]
    said += [{"kind": "metric", "name": "loss", "value": 0.3, "step": step} for step in (5, 6)]
    _panel, page = shown([*said, {"kind": "state", "state": "stopped"}])
    loss, accuracy = ("0.41", "0.79") if first else ("2.2", "0.34")
    assert f"validation loss{loss}at step {first}" in page.text
    assert f"accuracy{accuracy}" in page.text


def test_numbers_of_the_kept_model_need_no_step(shown: Callable[..., tuple[TunePanel, Any]]) -> None:
    _panel, page = shown(events(20, end="finished"))
    assert not [e for e in page.all("small") if "at step" in e["text"]]


def test_while_it_validates_it_counts_rows_and_keeps_how_far_the_training_is(
    shown: Callable[..., tuple[TunePanel, Any]], append: Callable[[Run, list[Event]], None], read: type[Any]
) -> None:
    panel, _page = shown(events(148), age_s=400)
    assert panel.run is not None
    training = {"kind": "progress", "phase": "training", "done": 150, "total": 300, "unit": "steps"}
    append(panel.run, [training])
    panel.refresh()
    before = panel.desk.left_s()
    append(panel.run, [{"kind": "progress", "phase": "validating", "done": 32, "total": 120, "unit": "rows"}])
    panel.refresh()
    page = read(panel.html())
    assert "validating · row 32 of 120" in page.text
    assert page.all("div", role="progressbar")[0]["aria-valuenow"] == "50"
    after = panel.desk.left_s()
    assert before is not None
    assert after is not None
    assert after > before - 1  # 150 steps are still to be made, however many rows are done
