"""Tuning with a panel."""

from __future__ import annotations

import os
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.errors import ParameterError
from kit.jobs import runs
from kit.tuning.spec import TuneSpec
from kit.widgets import ModelPicker, TunePanel

HERE = Path(__file__).parent


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
    assert "must be a divisor of batch_size (8)" in page.text
    assert page.all("input", name="micro_batch_size")[0]["aria-invalid"] == "true"
    assert runs() == []


def test_settings_that_were_typed_survive_running_the_cell_again(data: DataSpec) -> None:
    TunePanel("m", data).act("set", rank="7", epochs="x")
    again = TunePanel("m", data)
    assert again.desk.form.raw["rank"] == "7"
    assert again.desk.form.errors == {"epochs": "must be a number above 0, at most 1000"}


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
    preload = ()  # nothing heavy, which a busy machine takes long to open

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
