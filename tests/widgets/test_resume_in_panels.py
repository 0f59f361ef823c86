"""A run that was stopped, failed or crashed is gone on with in the panel that shows it."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.engines.spec import Variant
from kit.experiments.spec import SweepSpec
from kit.jobs import Run
from kit.measure.spec import AnswerSpec
from kit.report import Event
from kit.result import Result
from kit.tuning.spec import TuneSpec
from kit.widgets import ComparePanel, ModelPicker, SweepPanel, TunePanel

RUNNING: Event = {"kind": "state", "state": "running"}
STARTING: Event = {"kind": "state", "state": "starting"}
STOPPED: Event = {"kind": "state", "state": "stopped"}
CRASHED: Event = {
    "kind": "state",
    "state": "crashed",
    "cause": "Out of memory: the system ended its process (SIGKILL). Last lines of its log: “a <b>”",
    "fix": "Use a smaller batch; then resume it.",
}
METHODS = ("fp32", "bf16")


def main(page: Any) -> list[str]:
    """Return what the buttons in the header say that are meant to be pressed first."""
    return [each["text"] for each in page.all("button", class_="tb-button") if "data-main" in each]


@pytest.fixture
def resumed(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Runs that were asked to go on, which they do not."""
    runs: list[Run] = []
    monkeypatch.setattr(Run, "resume", lambda self, *, now=False: runs.append(self) or self)
    return runs


@pytest.mark.parametrize("end", [STOPPED, CRASHED, {"kind": "state", "state": "failed", "cause": "No."}])
def test_a_tuning_offers_to_go_on_beside_a_new_start(
    end: Event, left: Callable[..., Run], data: DataSpec, read: type[Any], resumed: list[Run]
) -> None:
    run = left(TuneSpec(model="m", data=data, rank=4), "p", [STARTING, RUNNING, end])
    panel = TunePanel("m", data, name="p")
    page = read(panel.html())
    assert main(page) == ["Resume"]
    assert page.button("again")["text"] == "Start anew"
    panel.act("resume")
    assert resumed == [run]
    panel.act("again")
    page = read(panel.html())
    assert main(page) == ["Start"]
    assert page.all("button", data_action="resume") == []


def test_its_code_goes_on_when_that_is_what_the_button_does(left: Callable[..., Run], data: DataSpec) -> None:
    run = left(TuneSpec(model="m", data=data, rank=4), "p", [STARTING, RUNNING, STOPPED])
    panel = TunePanel("m", data, name="p")
    code = panel.desk.code()
    found: list[str] = []
    went_on: list[bool] = []
    fake = types.SimpleNamespace(
        find_run=lambda id: found.append(id) or types.SimpleNamespace(resume=lambda: went_on.append(True))
    )
    exec(code.replace("import kit\n", ""), {"kit": fake})
    assert (found, went_on) == ([run.id], [True])
    assert f"# run = kit.start({panel.desk.spec().code().splitlines()[0]}" in code
    panel.act("again")
    assert panel.desk.code().startswith("import kit\n\nrun = kit.start(")


def test_a_crash_is_told_in_place_with_what_to_do(left: Callable[..., Run], data: DataSpec, read: type[Any]) -> None:
    run = left(TuneSpec(model="m", data=data), "p", [STARTING, RUNNING, CRASHED])
    (run.folder / "log.txt").write_text("\x1b[31ma <b>\x1b[0m\n", encoding="utf-8")
    page = read(TunePanel("m", data, name="p").html())
    alert = page.all("div", role="alert")[0]
    assert alert["text"].startswith(f"{CRASHED['cause']}{CRASHED['fix']}")
    assert page.all("b")[0]["text"] == "Out of memory: the system ended its process (SIGKILL)."
    assert page.all("pre", data_part="trouble")[0]["text"] == "a <b>"
    assert page.all("button", data_copy="trouble")


def test_a_second_attempt_says_so_and_what_it_goes_on_from(
    left: Callable[..., Run], data: DataSpec, read: type[Any]
) -> None:
    said = {"kind": "message", "text": "Going on from step 120 of 300."}
    left(TuneSpec(model="m", data=data), "p", [STARTING, RUNNING, STOPPED, STARTING, RUNNING, said])
    page = read(TunePanel("m", data, name="p").html())
    assert "2nd attempt" in page.text
    assert "Going on from step 120 of 300." in page.text


def test_memory_now_and_at_its_peak_stand_beside_the_prediction(
    left: Callable[..., Run], append: Callable[[Run, list[Event]], None], data: DataSpec, read: type[Any]
) -> None:
    said: list[Event] = [
        STARTING,
        RUNNING,
        {"kind": "record", "name": "estimate", "data": {"peak_memory_mib": 2193}},
        {"kind": "memory", "pid": 1, "now_mib": 1900.0, "peak_mib": 2289.0},
    ]
    run = left(TuneSpec(model="m", data=data), "p", said)
    panel = TunePanel("m", data, name="p")
    assert "memory, predicted → peak2.3 → 2.4 GB2.0 GB now" in read(panel.html()).text
    append(run, [{**said[3], "gpu_now_mib": 5000.0, "gpu_peak_mib": 6000.0}])
    panel.refresh()
    assert "GPU memory, predicted → peak2.3 → 6.3 GB5.2 GB now" in read(panel.html()).text
    append(run, [STOPPED])
    panel.refresh()
    assert "2.3 → 6.3 GB" in read(panel.html()).text
    assert "now" not in read(panel.html()).all("div", class_="tb-tiles")[0]["text"]


def test_a_sweep_goes_on_and_keeps_its_rows(
    left: Callable[..., Run], part: Callable[..., Result], data: DataSpec, read: type[Any], resumed: list[Run]
) -> None:
    row = {"kind": "record", "name": "variant", "data": part("fp32").to_dict()}
    held = {"kind": "memory", "pid": 1, "now_mib": 1000.0, "peak_mib": 1200.0}
    run = left(SweepSpec(model="m", data=data, methods=METHODS), "s", [STARTING, RUNNING, row, held, CRASHED])
    panel = SweepPanel("m", data, name="s")
    page = read(panel.html())
    assert main(page) == ["Resume"]
    assert page.button("again")["text"] == "Start anew"
    assert "took 3.0 s · peak 1.3 GB" in page.text
    assert "Out of memory" in page.all("div", role="alert")[0]["text"]
    assert f"kit.find_run('{run.id}')" in panel.desk.code()
    panel.act("resume")
    assert resumed == [run]


def test_a_row_that_a_later_attempt_said_again_counts_once(
    left: Callable[..., Run], part: Callable[..., Result], data: DataSpec, read: type[Any]
) -> None:
    rows = [{"kind": "record", "name": "variant", "data": part("fp32", acc).to_dict()} for acc in (0.7, 0.8)]
    run = left(SweepSpec(model="m", data=data, methods=METHODS), "s", [STARTING, RUNNING, rows[0], STARTING, *rows[1:]])
    assert [row.metrics["acc"] for row in ComparePanel(run).desk.results()] == [0.8]
    assert [row[0] for row in read(SweepPanel("m", data, name="s").html()).rows()] == ["fp32", "bf16"]
    assert len(ComparePanel(SweepPanel("m", data, name="s")).desk.results()) == 1


def test_answers_that_were_cut_short_go_on(
    left: Callable[..., Run], part: Callable[..., Result], data: DataSpec, read: type[Any], resumed: list[Run]
) -> None:
    whole = Result(spec=SweepSpec(model="run:x", data=data).to_dict(), parts=(part("fp32"), part("bf16")))
    variants = tuple(Variant(model="run:x", method=method) for method in METHODS)
    answer = {"kind": "record", "name": "answer", "data": {"part": "0", "text": "Hold it."}}
    run = left(AnswerSpec(variants=variants, prompt="Pay?"), "c", [STARTING, RUNNING, answer, answer, STOPPED])
    panel = ComparePanel(whole, name="c")
    page = read(panel.html())
    assert main(page) == ["Resume"]
    assert "bf16 · cut short" in page.text  # the first answer, said twice, is not its
    panel.act("resume")
    assert resumed == [run]


def test_a_download_that_crashed_can_go_on(left: Callable[..., Run], read: type[Any], resumed: list[Run]) -> None:
    from kit.models import GetSpec

    run = left(GetSpec(name="qwen3-0.6b"), "g", [STARTING, RUNNING, CRASHED])
    panel = ModelPicker(name="g")
    assert "Out of memory" in read(panel.html()).all("div", role="alert")[0]["text"]
    assert read(panel.html()).button("resume")
    panel.act("resume")
    assert resumed == [run]


def test_what_cannot_be_resumed_says_why(left: Callable[..., Run], data: DataSpec) -> None:
    left(TuneSpec(model="m", data=data), "p", [STARTING, RUNNING, {"kind": "state", "state": "finished"}])
    panel = TunePanel("m", data, name="p")
    panel.act("resume")
    assert panel.desk.problem is not None
    assert "cannot be resumed: it is finished" in panel.desk.problem.message
