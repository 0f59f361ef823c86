"""Picking the runs that are compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tinyruns

from kit.jobs import Run
from kit.plots.reading import variant_name
from kit.report import Event
from kit.result import Result
from kit.tuning.spec import TuneSpec
from kit.widgets import ComparePanel, SweepPanel


def names(panel: ComparePanel) -> list[str]:
    """Return the variants that are compared."""
    return [variant_name(row) for row in panel.desk.results()]


def tick(panel: ComparePanel, *runs: Run, on: bool = True) -> None:
    """Tick runs as the page would."""
    panel.act("tick", **{f"run:{run.id}": on for run in runs})


def test_without_anything_it_lists_what_can_be_ticked_newest_first(read: type[Any], left: Callable[..., Run]) -> None:
    old, new, tuned = tinyruns.evaluation(age_s=900), tinyruns.sweep(age_s=30), tinyruns.tuning(age_s=60)
    left(TuneSpec(model="m", data=tinyruns.DATA), "p", [{"kind": "state", "state": "failed", "cause": "x"}])
    page = read(ComparePanel().html())
    boxes = [box["name"] for box in page.all("input", type="checkbox")]
    assert boxes == [f"run:{run.id}" for run in (new, tuned, old)]
    assert "no run is ticked" in page.text
    assert not page.all("svg", role="img")


def test_with_no_runs_on_this_machine_it_says_so(read: type[Any]) -> None:
    assert "There is no sweep, evaluation or tuning on this machine yet." in read(ComparePanel().html()).text


def test_ticked_runs_are_compared_and_told_apart() -> None:
    sweep, other = tinyruns.sweep(), tinyruns.evaluation()
    panel = ComparePanel()
    tick(panel, sweep)
    assert names(panel) == ["fp32", "bf16", "bnb-nf4"]
    tick(panel, other)
    letters = [run.id.rpartition("-")[2] for run in (sweep, other)]
    assert names(panel) == [f"{n} · {letters[0]}" for n in ("fp32", "bf16", "bnb-nf4")] + [f"fp16 · {letters[1]}"]
    assert panel.desk.rows()[3].facts["verdict"]["kind"] == "no evidence"
    tick(panel, sweep, on=False)
    assert names(panel) == ["fp16"]


def test_what_is_ticked_is_found_again_by_the_panels_name() -> None:
    run = tinyruns.sweep()
    tick(ComparePanel(name="mine"), run)
    assert names(ComparePanel(name="mine")) == ["fp32", "bf16", "bnb-nf4"]
    assert names(ComparePanel(name="another")) == []


def test_runs_are_added_to_what_the_panel_was_given(read: type[Any]) -> None:
    sweep, other = tinyruns.sweep(), tinyruns.evaluation()
    panel = ComparePanel(sweep)
    assert not read(panel.html()).all("input", name=f"run:{other.id}")
    panel.act("pick")
    page = read(panel.html())
    assert page.all("input", name=f"run:{other.id}")
    assert not page.all("input", name=f"run:{sweep.id}")
    tick(panel, other)
    assert len(names(panel)) == 4


def test_a_list_of_runs_and_results_is_taken() -> None:
    runs = tinyruns.sweep(), tinyruns.evaluation()
    assert len(names(ComparePanel([runs[0], runs[1].result]))) == 4
    assert len(names(ComparePanel(list(runs)))) == 4
    assert ComparePanel(list(runs)).name == ComparePanel(list(runs)).name


def test_rows_on_other_data_are_marked_and_stay_out_of_the_plots(read: type[Any]) -> None:
    sweep, other = tinyruns.sweep(), tinyruns.evaluation(rows="other")
    panel = ComparePanel(sweep)
    panel.act("pick")
    assert "other rows: not comparable" in read(panel.html()).text
    tick(panel, other)
    assert len(names(panel)) == 3
    page = read(panel.html())
    assert page.rows()[-1][-1].endswith("other rows: not comparable")
    assert "fp16" not in page.all("svg", role="img")[0]["text"]


def test_a_tuned_model_can_be_ticked_and_asked() -> None:
    sweep, tuned = tinyruns.sweep(), tinyruns.tuning()
    panel = ComparePanel([sweep])
    tick(panel, tuned)
    name = f"tuned · {tuned.id.rpartition('-')[2]}"
    assert [variant_name(row) for row in panel.desk.others()] == [name]
    assert panel.desk.variant(name).model == f"run:{tuned.id}"


def test_searching_narrows_the_list_and_keeps_what_is_ticked(read: type[Any]) -> None:
    sweep = tinyruns.sweep()
    for _ in range(8):
        tinyruns.evaluation()
    panel = ComparePanel()
    tick(panel, sweep)
    page = read(panel.html())
    assert len(page.all("input", type="checkbox", data_change="tick")) == 6
    assert "Show more (3)" in page.text
    panel.act("more")
    assert len(read(panel.html()).all("input", type="checkbox", data_change="tick")) == 9
    panel.act("tick", find="no such thing")
    text = read(panel.html()).text
    assert "No run has all these words." in text
    assert "1 ticked runs are not listed here." in text
    assert len(names(panel)) == 3


def test_a_run_that_was_given_counts_once_though_it_is_ticked() -> None:
    run = tinyruns.sweep()
    tick(ComparePanel(name="c"), run)
    assert names(ComparePanel(run, name="c")) == ["fp32", "bf16", "bnb-nf4"]


def test_a_deleted_run_is_compared_no_more() -> None:
    run = tinyruns.sweep()
    panel = ComparePanel()
    tick(panel, run)
    run.delete()
    panel.refresh()
    assert names(panel) == []


def test_an_evaluation_under_several_loads_is_one_row() -> None:
    result = tinyruns.evaluation().result
    shapes = ("one user", "4 users")
    levels = [Result(spec=result.spec, facts={"method": "fp16", "load": {"load": shape}}) for shape in shapes]
    whole = Result(**{**result.__dict__, "parts": tuple(levels)})
    assert names(ComparePanel(whole)) == ["fp16"]
    assert names(ComparePanel(levels)) == ["fp16", "fp16 · 4 users"]


def test_a_sweep_panel_is_followed_and_its_records_are_found(data: Any, left: Callable[..., Run]) -> None:
    measured = tinyruns.sweep()
    spec = measured.spec
    said: list[Event] = [{"kind": "record", "name": "variant", "data": row.to_dict()} for row in measured.result.parts]
    run = left(spec, "s", [*said, {"kind": "state", "state": "finished"}])
    panel = ComparePanel(SweepPanel("m", data, name="s"))
    assert [row.folder for row in panel.desk.results()] == [run.folder] * 3


def test_a_sweep_in_which_everything_failed_says_so(read: type[Any]) -> None:
    failed = Result(spec={}, status="failed", facts={"method": "fp32"}, error={"message": "x"})
    text = read(ComparePanel(Result(spec={}, parts=(failed,))).html()).text
    assert "Nothing was measured in what is compared" in text
