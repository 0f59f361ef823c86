"""Earlier tunings on the same rows, beside the one that is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.jobs import Run
from kit.jobs.summary import write_summary
from kit.result import Result
from kit.tuning.spec import TuneSpec
from kit.widgets import TunePanel
from kit.widgets.tuning.earlier import MOST_CURVES, differing, same_validation
from kit.widgets.tuning.page_earlier import FEW

Leave = Callable[..., Run]


@pytest.fixture
def tuned_with(left: Callable[..., Run], data: DataSpec) -> Leave:
    """Leave a tuning on the same rows with other settings, and what came of it."""

    def leave(
        acc: float | None = 0.8, state: str = "finished", origin: str = "other", rows: str = "h", **settings: Any
    ) -> Run:
        spec = TuneSpec(**{"model": "m", "data": data, **settings})
        said: list[dict[str, Any]] = [{"kind": "state", "state": "running"}]
        for step in range(1, 6):
            said.append({"kind": "metric", "name": "validation_loss", "value": 1 / step, "step": step})
            said.append({"kind": "metric", "name": "validation_accuracy", "value": 0.1 * step, "step": step})
        if state:
            said.append({"kind": "artifact", "name": "adapter", "path": "artifacts/adapter"})
            said.append({"kind": "state", "state": state})
        run = left(spec, origin, said)
        if acc is not None:
            metrics = {"validation_accuracy": acc, "validation_loss": 0.4}
            result = Result(spec=spec.to_dict(), metrics=metrics, facts={"validation_rows": 100})
            result.provenance["data_hash"] = rows
            (run.folder / "result.json").write_text(result.to_json(), encoding="utf-8")
        write_summary(run.folder)
        return run

    return leave


def cells(page: Any, run: Run) -> list[str]:
    """Return the text of the cells in the row of a run."""
    return next(row for row in page.rows() if row and row[0].startswith(run.id[-4:]))[1:]


def test_without_any_nothing_is_shown(data: DataSpec, read: type[Any]) -> None:
    assert "earlier" not in read(TunePanel("m", data).html()).text


def test_they_are_listed_with_what_differs_and_what_came_of_it(
    tuned_with: Leave, data: DataSpec, read: type[Any]
) -> None:
    plain, wide = tuned_with(), tuned_with(0.84, rank=32, model="bigger")
    broken = tuned_with(None, "failed", learning_rate=0.1)
    page = read(TunePanel("m", data).html())
    assert "3 earlier tunings on the same rows. Highest accuracy: 0.84" in page.text
    assert cells(page, plain)[:3] == ["nothing", "0.40", "0.80 ± .08"]
    assert cells(page, wide)[:3] == ["bigger · rank 32", "0.40", "0.84 ± .07"]
    assert cells(page, broken)[:3] == ["learning_rate 0.1", "–", "–"]


def test_those_on_other_rows_and_other_work_are_not(
    tuned_with: Leave, data: DataSpec, measured: Callable[..., Run]
) -> None:
    tuned_with(data=DataSpec(source="others.jsonl"))
    tuned_with(data=data.replace(limit=10))
    measured()
    panel = TunePanel("m", data)
    assert panel.desk.beside() == []
    asked = tuned_with(data=data.replace(instruction="In other words."), rank=4)
    panel.refresh()
    assert [each.run.id for each in panel.desk.beside()] == [asked.id]


def test_a_file_is_the_same_however_it_is_named(
    tuned_with: Leave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = tuned_with(data=DataSpec(source="mine.jsonl"))
    panel = TunePanel("m", str(tmp_path / "mine.jsonl"))
    assert [each.run.id for each in panel.desk.beside()] == [run.id]


def test_accuracies_on_other_validation_rows_are_called_that(
    tuned_with: Leave, data: DataSpec, read: type[Any]
) -> None:
    run = tuned_with(seed=3)
    assert cells(read(TunePanel("m", data).html()), run)[2] == "0.80 ± .08other rows"
    a = TuneSpec(model="m", data=data, validation=data)
    assert same_validation(a, a.replace(seed=9))
    assert not same_validation(a, a.replace(validation=None))
    assert differing(a, a.replace(rank=3, seed=1)) == {"rank": 16, "seed": 0}


def test_the_run_that_is_shown_is_compared_with_the_best_of_them(
    tuned_with: Leave, data: DataSpec, read: type[Any]
) -> None:
    best = tuned_with(0.84, rank=32)
    tuned_with(0.8, origin="p")
    text = read(TunePanel("m", data, name="p").html()).text
    assert f"The best of them, {best.id[-4:]}, has 0.84; this one 0.80: no more apart than 100 rows can tell." in text


def test_a_clear_difference_is_not_called_none(tuned_with: Leave, data: DataSpec, read: type[Any]) -> None:
    tuned_with(0.95)
    tuned_with(0.6, origin="p")
    text = read(TunePanel("m", data, name="p").html()).text
    assert "has 0.95; this one 0.60." in text


def test_a_tick_draws_its_curves_and_of_many_the_last_ones(tuned_with: Leave, data: DataSpec, read: type[Any]) -> None:
    runs = [tuned_with() for _ in range(MOST_CURVES + 1)]
    panel = TunePanel("m", data)
    assert not read(panel.html()).all("svg")
    ticked: dict[str, bool] = {}
    for run in runs:
        ticked[f"curve:{run.id}"] = True
        panel.act("curve", "", **ticked)
    assert panel.desk.curves == [run.id for run in runs[1:]]
    said = read(panel.html()).all("svg")[0]["aria-label"]
    assert f"{runs[-1].id[-4:]}: lowest validation loss 0.20" in said
    panel.act("curve", "", **dict.fromkeys(ticked, False))
    assert panel.desk.curves == []


def test_one_can_be_opened_and_the_panel_then_stands_for_it(tuned_with: Leave, data: DataSpec, read: type[Any]) -> None:
    run, other = tuned_with(rank=32), tuned_with(0.7, state="stopped", rank=2)
    panel = TunePanel("m", data)
    panel.act("open", run.id)
    assert panel.run == run
    assert panel.as_spec_value() == f"run:{run.id}"
    assert panel.desk.form.values()["rank"] == 32
    assert [each.run.id for each in panel.desk.beside()] == [other.id]
    panel.act("open", other.id)
    assert read(panel.html()).button("resume")
    panel.act("open", "no such run")
    assert panel.desk.problem is not None


def test_few_are_shown_until_all_are_asked_for(tuned_with: Leave, data: DataSpec, read: type[Any]) -> None:
    for _ in range(FEW + 2):
        tuned_with()
    panel = TunePanel("m", data)
    boxes = [box for box in read(panel.html()).all("input", type="checkbox") if box["name"].startswith("curve:")]
    assert len(boxes) == FEW
    assert read(panel.html()).button("earlier")["text"] == f"Show all {FEW + 2}"
    panel.act("earlier")
    boxes = [box for box in read(panel.html()).all("input", type="checkbox") if box["name"].startswith("curve:")]
    assert len(boxes) == FEW + 2


def test_a_run_that_ends_elsewhere_appears(tuned_with: Leave, data: DataSpec) -> None:
    panel = TunePanel("m", data)
    assert panel.desk.beside() == []
    run = tuned_with()
    panel.refresh()
    assert [each.run.id for each in panel.desk.beside()] == [run.id]


def test_what_was_trained_on_a_file_that_has_changed_says_so(
    tuned_with: Leave, data: DataSpec, read: type[Any]
) -> None:
    before, other_seed, after = tuned_with(0.99, rows="old"), tuned_with(rows="else", seed=3), tuned_with(rows="new")
    shown = tuned_with(0.8, origin="p", rows="new")
    page = read(TunePanel("m", data, name="p").html())
    assert cells(page, before)[2].endswith("rows changed since")
    assert cells(page, other_seed)[2].endswith("other rows")
    assert cells(page, after)[2] == "0.80 ± .08"
    assert f"The best of them, {after.id[-4:]}, has 0.80; this one 0.80" in page.text
    assert shown.id[-4:] not in [row[0][:4] for row in page.rows() if row]
