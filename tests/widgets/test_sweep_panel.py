"""Sweeping with a panel."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.errors import ParameterError
from kit.experiments.spec import SweepSpec
from kit.jobs import Run, runs
from kit.report import Event
from kit.result import Result
from kit.tuning.spec import TuneSpec
from kit.widgets import SweepPanel, TunePanel

METHODS = ("fp32", "bf16", "bnb-int8", "bnb-nf4")
FASTER = {"kind": "no evidence", "sentence": "1.9× faster, no evidence", "speed_ratio": 1.9}
WORSE = {
    "kind": "worse",
    "sentence": "worse",
    "speed_ratio": 0.5,
    "delta_acc": -0.07,
    "delta_acc_low": -0.1,
    "delta_acc_high": -0.04,
}


def unsupported(method: str) -> Result:
    """Return a row that could not run."""
    error = {"type": "UnsupportedError", "message": "It needs <feet>.", "fix": "Grow some."}
    return Result(spec={}, status="unsupported", error=error, facts={"method": method})


def only(result: Result, label: str = "release") -> Result:
    """Return a row that gave every text the same label, which is right for four in ten."""
    return dataclasses.replace(result, facts={**result.facts, "majority_acc": 0.4, "only_answer": label})


def events(parts: list[Result], now: str = "", end: str = "") -> list[Event]:
    """Return what a sweep says that has measured `parts` and is at the method `now`."""
    said: list[Event] = [{"kind": "state", "state": "running"}]
    said += [{"kind": "record", "name": "variant", "data": part.to_dict()} for part in parts]
    if now:
        for done in (1, 75):
            phase = f"{now}: scoring"
            said.append({"kind": "progress", "phase": phase, "done": done, "total": 300, "unit": "rows", "part": now})
    if end:
        said.append({"kind": "state", "state": end})
    return said


@pytest.fixture
def shown(left: Callable[..., Run], data: DataSpec, read: type[Any]) -> Callable[..., tuple[SweepPanel, Any]]:
    """Return a panel that has adopted a sweep with these events, and its page."""

    def show(said: list[Event], **how: Any) -> tuple[SweepPanel, Any]:
        left(SweepSpec(model="m", data=data, methods=METHODS), "s", said, **how)
        panel = SweepPanel("m", data, name="s")
        return panel, read(panel.html())

    return show


def test_before_the_start_methods_can_be_ticked(data: DataSpec, read: type[Any]) -> None:
    panel = SweepPanel("m", data, methods=["bf16", "fp32"])
    page = read(panel.html())
    boxes = {e["name"]: "checked" in e for e in page.all("input", type="checkbox")}
    assert [name for name, on in boxes.items() if on] == ["method:bf16", "method:fp32"]
    assert "method:bnb-nf4" in boxes
    assert "Holds m in 2 ways" in page.text
    assert page.rows()[0] == ["bf16", "bfloat16 · the reference"]


def test_ticking_moves_no_row_and_is_remembered(data: DataSpec, read: type[Any]) -> None:
    panel = SweepPanel("m", data)
    before = [row[0] for row in read(panel.html()).rows()]
    panel.act("tick", **{"method:fp32": False, "method:bf16": True, "method:bnb-fp4": True})
    assert panel.desk.chosen == ("bf16", "bnb-fp4")
    assert [row[0] for row in read(panel.html()).rows()] == before
    assert SweepPanel("m", data).desk.chosen == ("bf16", "bnb-fp4")
    assert panel.desk.spec().methods == ("bf16", "bnb-fp4")


def test_without_a_method_it_cannot_start_and_says_so(data: DataSpec, read: type[Any]) -> None:
    panel = SweepPanel("m", data)
    panel.act("tick", **{"method:fp32": False})
    button = read(panel.html()).button("start")
    assert (button["aria-disabled"], button["title"]) == ("true", "No method is ticked.")
    panel.act("start")
    assert panel.desk.problem is not None
    assert runs() == []


def test_a_wrong_method_or_setting_is_refused_when_the_panel_is_made(data: DataSpec) -> None:
    with pytest.raises(ParameterError, match="requests=0"):
        SweepPanel("m", data, requests=0)
    with pytest.raises(ParameterError, match="methods"):
        SweepPanel("m", data, methods=[])


def test_the_table_fills_row_by_row(shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]) -> None:
    _panel, page = shown(events([part("fp32", 0.812)], now="bf16"))
    rows = page.rows()
    assert rows[0] == ["fp32", "0.81 ± .04", "0.79 ± .05", "50 ms", "29", "0.97 GB", "538 MB", "reference"]
    assert rows[1][1].startswith("measuring accuracy · row 75 of 300")
    assert rows[2] == ["bnb-int8", "waits for its turn"]
    assert "1 of 4 done" in page.text
    assert page.all("div", role="progressbar")[0]["aria-valuenow"] == "25"


def test_verdicts_speak_plainly(shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]) -> None:
    parts = [part("fp32"), part("bf16", **FASTER), part("bnb-int8", **WORSE), unsupported("bnb-nf4")]
    _panel, page = shown(events(parts, end="finished"))
    rows = page.rows()
    assert rows[1][-1] == "1.9× faster, no evidence of a difference"
    assert rows[2][-1] == "2.0× slower, 7 points worse (4 to 10)"
    assert rows[3][1] == "cannot run herewhyIt needs <feet>. Grow some."
    assert "1 method cannot run here." in page.text
    assert "bf16 is 1.9× faster; 300 paired rows show no evidence of a difference." in page.text
    assert [e["data-key"] for e in page.all("tr", data_tone="ok")] == ["row-bf16"]


def test_where_nothing_is_better_it_says_to_stay(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    _panel, page = shown(events([part("fp32"), part("bf16", **WORSE)], end="finished"))
    assert "Stay with fp32: nothing here is clearly faster without being worse." in page.text


def test_rows_that_were_not_reached_say_so(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    _panel, page = shown(events([part("fp32")], end="stopped"))
    assert page.rows()[3] == ["bnb-nf4", "not measured: the sweep ended before"]


def test_one_failed_row_does_not_hide_the_others(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    bad = Result(spec={}, status="failed", error={"message": "Killed.", "fix": "Less."}, facts={"method": "bf16"})
    _panel, page = shown(events([part("fp32"), bad, part("bnb-int8", **WORSE)], end="finished"))
    assert page.rows()[1][1] == "failedwhyKilled. Less."
    assert page.rows()[2][-1].startswith("2.0× slower")


def test_it_waits_for_a_tuning_that_goes_on_and_then_sweeps_what_it_made(
    left: Callable[..., Run], append: Callable[[Run, list[Event]], None], data: DataSpec, read: type[Any]
) -> None:
    run = left(TuneSpec(model="m", data=data), "t", [{"kind": "state", "state": "running"}])
    tuning = TunePanel("m", data, name="t")
    panel = SweepPanel(tuning, data)
    assert panel.desk.busy
    button = read(panel.html()).button("start")
    assert (button["aria-disabled"], button["title"]) == ("true", "waits for the tuning")
    assert f"Will hold the tuned model in {len(panel.desk.chosen)} ways" in read(panel.html()).text
    append(run, [{"kind": "artifact", "name": "adapter", "path": "a"}, {"kind": "state", "state": "finished"}])
    tuning.refresh()
    panel.refresh()
    page = read(panel.html())
    assert "aria-disabled" not in page.button("start")
    assert f"the model tuned in run {run.id}" in page.text
    assert panel.desk.spec().model == f"run:{run.id}"
    assert not panel.desk.busy


def test_a_run_as_the_model_is_waited_for_too(left: Callable[..., Run], data: DataSpec) -> None:
    run = left(TuneSpec(model="m", data=data), "t", [{"kind": "state", "state": "running"}])
    assert SweepPanel(run, data).desk.waits() == f"waits for run {run.id}"


def test_a_row_that_knows_one_answer_is_warned_of_and_not_recommended(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    rows = [part("fp32"), only(part("bf16", **{**FASTER, "speed_ratio": 9.0})), part("bnb-int8", **FASTER)]
    _panel, page = shown(events(rows, end="finished"))
    assert page.rows()[1][-1] == "always answers 'release' · 9.0× faster, no evidence of a difference"
    assert page.all("b", data_tone="warn")[0]["text"] == "always answers 'release'"
    assert [e["data-key"] for e in page.all("tr", data_tone="ok")] == ["row-bnb-int8"]
    assert "bnb-int8 is 1.9× faster" in page.all("p", class_="tb-verdict")[0]["text"]
    assert "Always giving the most frequent label: 0.40." in page.text


def test_a_reference_that_knows_one_answer_is_nothing_to_stay_with(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    _panel, page = shown(events([only(part("fp32")), part("bf16", **FASTER)], end="finished"))
    assert page.rows()[0][-1] == "always answers 'release' · reference"
    verdict = page.all("p", class_="tb-verdict")[0]["text"]
    assert verdict == "Nothing here is worth taking yet: the reference gives every row the same label."


def test_what_is_better_than_such_a_reference_is_named(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    better = {**FASTER, "kind": "better", "delta_acc": 0.2, "delta_acc_low": 0.1, "delta_acc_high": 0.3}
    _panel, page = shown(events([only(part("fp32")), part("bf16", **better)], end="finished"))
    assert "bf16 is 1.9× faster and better" in page.text


def test_rows_of_older_runs_have_neither_warning_nor_baseline(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    _panel, page = shown(events([part("fp32"), part("bf16", **FASTER)], end="finished"))
    assert "always answers" not in page.text
    assert "most frequent" not in page.text
