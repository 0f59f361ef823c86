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


def test_without_a_method_it_cannot_start_and_says_so(data: DataSpec, read: type[Any]) -> None:
    panel = SweepPanel("m", data)
    panel.act("pick", "none")
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
    assert rows[0] == ["fp32", "0.81 ± .04", "50 ms", "29", "0.97 GB", "538 MB", "reference"]
    assert rows[1][0] == "bf16"
    assert rows[1][1].startswith("measuring accuracy · row 75 of 300")
    assert rows[2] == ["bnb-int8", "waits for its turn"]
    assert "1 of 4 done" in page.text
    assert page.all("div", role="progressbar")[0]["aria-valuenow"] == "25"


def test_columns_that_nobody_measured_are_not_shown(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    more = {"kld_mean": 0.0013, "perplexity": 15.183, "bits_per_weight": 4.5}
    full = part("fp32")
    panel, page = shown(events([full], now="bf16"))
    titles = [e["title"] for e in page.all("th", role="columnheader") if e.get("title")]
    assert titles == ["Accuracy", "Time to first token", "Tokens written per second", "Memory", "File size"]
    told = part("bf16", **FASTER)
    told = dataclasses.replace(told, metrics={**told.metrics, **more})
    _panel, page = shown(events([full, told], now="bnb-int8"))
    row = page.rows()[1]
    assert row[1:5] == ["0.80 ± .04", "0.0013", "15.18", "50 ms"]
    assert row[-2] == "4.5"
    assert page.rows()[0][2] == "–"
    assert panel.desk.sort == ""


def test_verdicts_speak_plainly(shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]) -> None:
    parts = [part("fp32"), part("bf16", **FASTER), part("bnb-int8", **WORSE), unsupported("bnb-nf4")]
    _panel, page = shown(events(parts, end="finished"))
    rows = page.rows()
    assert rows[1][-1] == "1.9× faster, no evidence of a difference"
    assert rows[2][-1] == "2.0× slower than full precision, 7 points worse (4 to 10): a real difference"
    assert len(rows) == 3
    folded = next(e for e in page.all("details") if e.get("data-key") == "why-not")
    assert folded["text"] == "1 method cannot run here: why notbnb-nf4: It needs <feet>. Grow some."
    assert "bf16 is 1.9× faster; 300 paired rows show no evidence of a difference" in page.text
    assert [e["data-key"] for e in page.all("tr", data_tone="ok")] == ["row-bf16"]


def test_full_precision_that_is_slower_is_called_slower_only(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    slow = {**FASTER, "speed_ratio": 0.5}
    _panel, page = shown(events([part("fp32"), part("bf16", **slow)], end="finished"))
    assert page.rows()[1][-1] == "2.0× slower, no evidence of a difference"


def test_a_variant_that_was_given_up_says_after_how_many_rows(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    told = {"read": 80, "rows": 400, "margin": 0.1, "reason": "with a chance of at most 5%"}
    given_up = Result(spec={}, metrics={"acc": 0.4}, facts={"method": "bf16", "given_up": told})
    panel, page = shown(events([part("fp32"), given_up], now="bnb-int8"))
    assert page.rows()[1][1] == "given up after 80 of 400 rows: more than 10 points worse"
    panel.act("open", "bf16")
    panel.refresh()
    assert "with a chance of at most 5%" in panel.html()


def test_a_variant_without_time_says_so(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    late = Result(spec={}, status="stopped", facts={"method": "bf16", "left_out": "left out: no time"})
    _panel, page = shown(events([part("fp32"), late], end="finished"))
    assert page.rows()[1][1] == "left out: no time"


def test_rows_are_ordered_by_a_column_and_back(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result], read: type[Any]
) -> None:
    parts = [part("fp32", 0.7), part("bf16", 0.9, **FASTER), part("bnb-int8", 0.8, **FASTER)]
    panel, _page = shown(events(parts, now="bnb-nf4"))

    def order(*act: Any) -> list[str]:
        panel.act("sort", *act)
        return [row[0].removesuffix(" ◆") for row in read(panel.html()).rows()]

    assert order("acc") == ["bf16", "bnb-int8", "fp32", "bnb-nf4"]
    assert read(panel.html()).all("th", aria_sort="descending")[0]["title"] == "Accuracy"
    assert order("acc") == ["fp32", "bnb-int8", "bf16", "bnb-nf4"]
    assert order("ttft_s") == ["fp32", "bf16", "bnb-int8", "bnb-nf4"]
    assert order({"name": "sort", "value": ""}) == ["fp32", "bf16", "bnb-int8", "bnb-nf4"]
    panel.act("sort", "no such thing")
    assert panel.desk.problem is not None


def test_a_row_opens_and_shows_every_number(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result], read: type[Any]
) -> None:
    panel, page = shown(events([part("fp32"), part("bf16", **FASTER)], end="finished"))
    assert "Macro-F1" not in page.text
    panel.act("open", "bf16")
    page = read(panel.html())
    details = page.all("tr", data_key="details-bf16")[0]["text"]
    assert "Macro-F10.78 ± .05" in details
    assert "measured on 300 rows" in details
    assert "1.9× faster, no evidence" in details
    panel.act("open", "bf16")
    assert not read(panel.html()).all("tr", data_key="details-bf16")


def test_times_that_others_disturbed_are_not_to_be_believed(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    calm, busy = part("fp32"), part("bf16", **FASTER)
    busy.facts["others_cpu_share"] = 0.4
    _panel, page = shown(events([calm, busy], end="finished"))
    assert "Other programs used up to 40% of the processor while 1 variant was timed" in page.text
    calm.facts["others_cpu_share"] = busy.facts["others_cpu_share"] = 0.02
    _panel, page = shown(events([calm, busy], end="finished"))
    assert "Other programs" not in page.text


def test_the_front_is_marked_and_drawn(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    best = part("bf16", 0.9, **FASTER)
    fast = dataclasses.replace(part("bnb-int8", 0.7, **WORSE), metrics={"acc": 0.7, "decode_tokens_per_s": 99.0})
    _panel, page = shown(events([part("fp32", 0.8), best, fast], end="finished"))
    marked = [row[0] for row in page.rows() if "◆" in row[0]]
    assert marked == ["bf16 ◆", "bnb-int8 ◆"]
    assert "Best trade-offs: bnb-int8, bf16" in page.all("svg")[0]["text"] + str(page.all("svg")[0])


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
    assert page.rows()[2][-1].startswith("2.0× slower than full precision")


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
    assert "bnb-int8 is 1.9× faster" in page.all("p", data_key="verdict")[0]["text"]
    assert "Always giving the most frequent label: 0.40." in page.text


def test_a_reference_that_knows_one_answer_is_nothing_to_stay_with(
    shown: Callable[..., tuple[SweepPanel, Any]], part: Callable[..., Result]
) -> None:
    _panel, page = shown(events([only(part("fp32")), part("bf16", **FASTER)], end="finished"))
    assert page.rows()[0][-1] == "always answers 'release' · reference"
    verdict = page.all("p", data_key="verdict")[0]["text"]
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
