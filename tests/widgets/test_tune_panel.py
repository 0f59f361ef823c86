"""Tuning with a panel."""

from __future__ import annotations

import os
import shutil
import sys
import time
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.errors import ParameterError
from kit.jobs import Run, runs
from kit.report import Event
from kit.tuning.spec import TuneSpec
from kit.widgets import ModelPicker, TunePanel

HERE = Path(__file__).parent


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


def test_before_the_start_it_says_what_it_would_do(data: DataSpec, read: type[Any]) -> None:
    panel = TunePanel("smollm2-135m-instruct", data, epochs=1, rank=8)
    page = read(panel.html())
    assert "Trains a LoRA adapter for smollm2-135m-instruct on alerts.jsonl." in page.text
    assert "A tenth of the rows is held back" in page.text
    assert page.all("input", name="rank")[0]["value"] == "8"
    assert page.button("start")["text"] == "Start"
    assert panel.run is None


def test_the_code_it_shows_does_the_same(data: DataSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = TunePanel("m", data, validation="held.jsonl")
    panel.act("set", rank="8", learning_rate="2e-4")
    started: list[Any] = []
    fake = types.ModuleType("kit_stand_in")
    fake.TuneSpec, fake.DataSpec, fake.start = TuneSpec, DataSpec, started.append  # type: ignore[attr-defined]
    exec(panel.desk.code().replace("import kit", ""), {"kit": fake})
    assert started == [panel.desk.spec()]
    assert started[0].rank == 8
    assert started[0].validation == DataSpec(source="held.jsonl")


def test_a_wrong_setting_is_refused_when_the_panel_is_made(data: DataSpec) -> None:
    with pytest.raises(ParameterError, match="rank=-3"):
        TunePanel("m", data, rank=-3)
    with pytest.raises(ParameterError, match="Did you mean 'rank'"):
        TunePanel("m", data, rnk=3)
    with pytest.raises(ParameterError, match="data=3"):
        TunePanel("m", 3)


def test_a_wrong_setting_on_the_page_is_shown_at_its_field_and_starts_nothing(data: DataSpec, read: type[Any]) -> None:
    panel = TunePanel("m", data)
    panel.act("start", rank="-3", micro_batch_size="")
    page = read(panel.html())
    assert page.all("div", role="alert")
    assert page.all("input", name="rank")[0]["aria-invalid"] == "true"
    assert runs() == []
    panel.act("start", rank="4", micro_batch_size="5")
    page = read(panel.html())
    assert "must be a divisor of batch_size (16)" in page.text
    assert page.all("input", name="micro_batch_size")[0]["aria-invalid"] == "true"
    assert runs() == []


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


def test_settings_that_were_typed_survive_running_the_cell_again(data: DataSpec) -> None:
    TunePanel("m", data).act("set", rank="7", epochs="x")
    again = TunePanel("m", data)
    assert again.desk.form.raw["rank"] == "7"
    assert again.desk.form.errors == {"epochs": "must be a number above 0, at most 1000"}


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


def test_names_from_elsewhere_are_only_words(data: DataSpec, read: type[Any]) -> None:
    page = read(TunePanel("<img src=x>", DataSpec(source="<script>x</script>.csv")).html())
    assert not page.all("img")
    assert not page.all("script")
    assert "<img src=x>" in page.text


def test_the_model_may_be_a_panel_and_is_asked_at_the_start(data: DataSpec) -> None:
    picker = ModelPicker(selected="smollm2-135m-instruct")
    panel = TunePanel(picker, data)
    assert panel.desk.spec().model == "smollm2-135m-instruct"
    picker.desk.model = "qwen3-0.6b"
    assert panel.desk.spec().model == "qwen3-0.6b"
    assert panel.as_spec_value() == "qwen3-0.6b"


@dataclass(frozen=True, kw_only=True)
class QuickTuneSpec(TuneSpec):
    """A tuning spec whose work takes no model; importable by the worker as ``test_tune_panel:QuickTuneSpec``."""

    carried_out_by = "test_tune_panel:quick"

    def look_ahead(self) -> None:
        """Look at nothing: this work takes no model and no rows."""


def quick(spec: TuneSpec, report: Any) -> Any:
    """Say what a tuning run says."""
    from kit.result import Result

    for step in range(1, 4):
        report.progress("training", step, 3, unit="steps")
        report.metric("loss", 1 / step, step=step)
    (report.folder / "artifacts" / "adapter").mkdir()
    report.artifact("adapter", report.folder / "artifacts" / "adapter")
    return Result(spec=spec.to_dict())


def test_start_runs_in_a_process_of_its_own_and_the_panel_stands_for_what_it_made(
    data: DataSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setitem(sys.modules, "test_tune_panel", sys.modules[__name__])
    monkeypatch.setattr(QuickTuneSpec, "__module__", "test_tune_panel")
    panel = TunePanel("m", data)
    monkeypatch.setattr(panel.desk, "spec", lambda: QuickTuneSpec(model="m", data=data, rank=3))
    panel.act("start", rank="3")
    assert panel.desk.problem is None
    assert panel.run is not None
    panel.run.wait(30)
    panel.refresh()
    assert panel.desk.status is not None
    assert panel.desk.status.state == "finished", panel.run.log
    assert panel.as_spec_value() == f"run:{panel.run.id}"
    assert panel.run.about["origin"] == panel.name


@pytest.mark.parametrize("first", [0, 4])
def test_numbers_of_an_earlier_validation_than_the_kept_model_say_so(
    first: int, shown: Callable[..., tuple[TunePanel, Any]]
) -> None:
    said = events(4) if first else [*events(0), {"kind": "metric", "name": "validation_loss", "value": 2.2, "step": 0}]
    said += [{"kind": "metric", "name": "loss", "value": 0.3, "step": step} for step in (5, 6)]
    _panel, page = shown([*said, {"kind": "state", "state": "stopped"}])
    loss, accuracy = ("0.41", "0.79") if first else ("2.2", "0.34")
    assert f"validation loss{loss}at step {first}" in page.text
    assert f"accuracy{accuracy}at step {first}" in page.text


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


def test_before_the_start_it_tells_how_many_steps_it_will_take(tmp_path: Path, read: type[Any]) -> None:
    rows = [f'{{"text": "row {n}", "label": "{"ab"[n % 2]}"}}' for n in range(100)]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    source = str(tmp_path / "rows.jsonl")
    panel = TunePanel("m", source, epochs=3, batch_size=16)
    assert "About 18 steps." in read(panel.html()).text  # 90 rows are 6 batches
    assert "About 21 steps." in TunePanel("m", source, validation=source, epochs=3, batch_size=16).html()
    panel.act("set", batch_size="x")
    assert "steps." not in read(panel.html()).all("p", class_="tb-say")[0]["text"]
    panel.act("set", batch_size="16", steps="7")
    assert "7 steps." in read(panel.html()).text
    assert "About" not in read(panel.html()).text


def test_how_many_steps_is_not_said_where_it_cannot_be_known(tmp_path: Path, read: type[Any]) -> None:
    (tmp_path / "no.jsonl").write_text("{not json", encoding="utf-8")
    for source in ("missing.jsonl", str(tmp_path / "no.jsonl"), str(tmp_path), "a\0b"):
        assert "About" not in read(TunePanel("m", source).html()).text
