"""Sweeps: every method a row, in a process of its own, and no row takes another with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from scored import scored

from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import NoRoomError
from kit.experiments import SweepSpec
from kit.experiments.each import variant_spec
from kit.experiments.judged import judged_together, stands, with_verdict
from kit.experiments.sweep import sweep
from kit.jobs import start
from kit.machine import this_machine
from kit.measure import EvaluateSpec
from kit.quantization import Method, methods, register
from kit.quantization import registry as registry_module
from kit.report import ListReport, Report
from kit.result import Measurement, Result

# Children import `sitecustomize` when they start: so they know the methods that only this test knows.
_REGISTRATIONS = """
from kit.quantization.registry import Method, register
register(Method("crashing", "crashes", "crashing_method:load", 4))
"""
_CRASHES = """
import os, signal
def load(folder, method, batch_size):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def spec(tiny_model: Path, rows_file: Path) -> SweepSpec:
    return SweepSpec(
        model=str(tiny_model),
        data=DataSpec(source=str(rows_file), limit=20),
        methods=("fp32",),
        measures=("accuracy",),
        requests=2,
        new_tokens=3,
    )


@pytest.fixture
def odd_methods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a method that dies in its child and one that needs a GPU, on a machine that has none."""
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(_REGISTRATIONS)
    (tmp_path / "path" / "crashing_method.py").write_text(_CRASHES)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    monkeypatch.setattr(registry_module, "_METHODS", methods())
    register(Method("crashing", "crashes", "crashing_method:load", 4))
    register(Method("gpu-only", "fast", "crashing_method:load", 4, devices=("cuda",)))
    machine = dataclasses.replace(this_machine(), gpus=())
    monkeypatch.setattr("kit.machine.lacks.this_machine", lambda: machine)


@pytest.mark.usefixtures("odd_methods")
def test_a_row_for_each_method_whatever_becomes_of_it(spec: SweepSpec, tmp_path: Path) -> None:
    names = ("gpu-only", "fp32", "crashing", "bf16")
    report = ListReport(tmp_path)
    result = sweep(spec.replace(methods=names), report)
    assert result.status == "finished"
    assert tuple(part.facts["method"] for part in result.parts) == names
    assert [part.status for part in result.parts] == ["unsupported", "finished", "failed", "finished"]
    cannot, reference, crashed, last = result.parts
    assert cannot.error is not None
    assert "needs cuda" in cannot.error["message"]
    assert crashed.error is not None
    assert "SIGKILL" in crashed.error["message"]
    assert "memory" in crashed.error["fix"]
    assert result.facts["reference"] == "fp32"
    assert "; measured: fp32 (reference), " in repr(result)
    assert reference.facts["verdict"]["kind"] == "reference"
    assert last.facts["verdict"]["kind"] in ("no evidence", "better", "worse")
    assert len(last.facts["right"]) == 20
    said = {e["data"]["facts"]["method"]: e["data"] for e in report.events if e["kind"] == "record"}
    assert said == {part.facts["method"]: part.to_dict() for part in result.parts}
    assert report.values("fp32/acc") == [reference.metrics["acc"]]
    phases = [e["phase"] for e in report.events if e["kind"] == "progress"]
    assert "fp32: scoring" in phases
    assert not any(phase.startswith("gpu-only: loading") for phase in phases), "it was started all the same"


def test_it_is_a_run_like_any_other(spec: SweepSpec) -> None:
    asked = spec.replace(methods=("fp32", "bf16", "bnb-nf4"), measures=("accuracy", "perplexity", "latency", "memory"))
    run = start(asked).wait(timeout=240)
    result = run.result
    assert run.status.state == "finished"
    assert [part.facts["method"] for part in result.parts] == ["fp32", "bf16", "bnb-nf4"]
    assert [part.status for part in result.parts] == ["finished"] * 3
    sizes = [part.metrics["file_size_mib"] for part in result.parts]
    assert sizes[0] > sizes[1] > sizes[2]
    for part in result.parts:
        assert {"acc", "macro_f1", "perplexity", "ttft_s", "tpot_s", "max_ram_mib"} <= set(part.metrics)
        assert (run.folder / part.artifacts["rows"]).is_file()
        assert part.facts["verdict"]["speed_ratio"] > 0
    assert len(run.status.records["variant"]) == 3


def test_a_stop_keeps_the_finished_rows(spec: SweepSpec, tmp_path: Path) -> None:
    report = _StopsAt(tmp_path, kind="record")
    result = sweep(spec.replace(methods=("fp32", "bf16")), report)
    assert result.status == "stopped"
    assert [part.facts["method"] for part in result.parts] == ["fp32"]
    assert result.parts[0].metrics["acc"] == sum(result.parts[0].facts["right"]) / 20


def test_a_stop_reaches_the_variant_that_is_measured(spec: SweepSpec, tmp_path: Path) -> None:
    # With one request after another for minutes, only a stop ends it in time.
    long = spec.replace(measures=("latency",), requests=1000, new_tokens=400)
    report = _StopsAt(tmp_path, phase="fp32: timing")
    result = sweep(long, report)
    assert result.status == "stopped"
    assert result.parts == ()
    assert not any(e["kind"] == "record" for e in report.events)


class _StopsAt(ListReport):
    def __init__(self, folder: Path, **event: str) -> None:
        super().__init__(folder)
        self._wanted = event

    def emit(self, event: dict[str, Any]) -> None:
        super().emit(event)
        self.stop = self.stop or all(event.get(key) == value for key, value in self._wanted.items())


def test_a_variant_is_measured_as_the_sweep_says(spec: SweepSpec) -> None:
    one = variant_spec(spec.replace(batch_size=7), "bf16")
    assert (one.variant.model, one.variant.method) == (spec.model, "bf16")
    assert (one.data, one.measures) == (spec.data, spec.measures)
    assert (one.batch_size, one.requests, one.new_tokens) == (7, 2, 3)
    assert one.measuring() == {**spec.measuring(), "batch_size": 7}


def _part(right: list[int], seconds: float | None = None, **more: Any) -> Result:
    times = {} if seconds is None else {"e2el_s": Measurement("e2el_s", "s", (seconds, seconds, 9.0))}
    return Result(spec={}, facts={"right": right}, measurements=times, **more)


def test_verdicts_are_against_the_first_that_was_measured() -> None:
    failed = Result(spec={}, status="failed")
    reference = with_verdict(_part([1, 1, 1, 0] * 20, 2.0), [failed])
    assert reference.facts["verdict"]["kind"] == "reference"
    worse = with_verdict(_part([0, 1, 0, 0] * 20, 1.0), [failed, reference])
    assert worse.facts["verdict"]["kind"] == "worse"
    assert worse.facts["verdict"]["delta_acc"] == -0.5
    assert worse.facts["verdict"]["speed_ratio"] == 2.0
    third = with_verdict(_part([1, 1, 1, 0] * 20), [failed, reference, worse])
    assert third.facts["verdict"]["kind"] == "no evidence"
    assert third.facts["verdict"]["speed_ratio"] is None
    assert with_verdict(failed, [reference]) is failed
    untold = Result(spec={}, metrics={"perplexity": 3.0})
    assert with_verdict(untold, [reference]) is untold
    assert judged_together([failed, untold]) == [failed, untold]


def test_a_sweep_of_twelve_finds_no_false_winner() -> None:
    """Each is like the reference but for eight rows that change by chance, five of them for the better in one."""
    right = [1] * 150 + [0] * 50
    parts = [_part(right)]
    for shift in range(11):
        gained = 8 if shift == 5 else 4
        changed = right.copy()
        for i in range(gained):
            changed[150 + (shift + i) % 50] = 1
        for i in range(8 - gained + 1):
            changed[(7 * shift + i) % 150] = 0
        parts.append(_part(changed))
    alone = with_verdict(parts[6], parts[:1]).facts["verdict"]
    assert alone["kind"] == "better", "alone it would be one"
    planned = with_verdict(parts[6], parts[:1], comparisons=11).facts["verdict"]
    together = [part.facts["verdict"] for part in judged_together(parts)]
    assert planned["kind"] == together[6]["kind"] == "no evidence"
    assert {verdict["kind"] for verdict in together[1:]} == {"no evidence"}
    assert together[6]["sentence"].endswith("after correction for 11 comparisons)")
    assert together[6]["delta_acc_low"] < 0 < alone["delta_acc_low"]


def test_evidence_that_was_told_is_not_taken_back() -> None:
    """While a sweep goes on, each variant is corrected for all that are planned; together they are seen no worse."""
    reference, slightly, clearly = ([1] * (150 - lost) + [0] * (50 + lost) for lost in (0, 6, 20))
    parts = [_part(each) for each in (reference, slightly, clearly)]
    planned = [with_verdict(part, parts[:1], comparisons=5).facts["verdict"] for part in parts[1:]]
    together = [part.facts["verdict"] for part in judged_together([*parts, Result(spec={}, status="failed")])[1:3]]
    assert [each["kind"] for each in planned] == ["no evidence", "worse"]
    assert [each["kind"] for each in together] == ["worse", "worse"]
    assert [each["comparisons"] for each in together] == [2, 2]


def test_a_verdict_stands_while_its_reference_does() -> None:
    bf16 = _part([1, 0] * 20)
    bf16.facts["method"] = "bf16"
    fp32 = _part([1, 0] * 20)
    fp32.facts["method"] = "fp32"
    first, second = with_verdict(fp32, []), with_verdict(bf16, [fp32])
    assert stands(first, [])
    assert stands(second, [fp32])
    assert not stands(second, [])
    assert not stands(first, [second])
    assert not stands(fp32, [])
    assert stands(Result(spec={}, status="failed"), [first])


def test_scores_that_are_not_right_or_wrong_are_judged_too(tmp_path: Path) -> None:
    shares = [0.1 * (i % 11) for i in range(60)]
    made = [
        scored(tmp_path, {"f1": shares}, method="a"),
        scored(tmp_path, {"f1": [0.5 * x for x in shares]}, method="b"),
    ]
    bare = [dataclasses.replace(part, folder=None) for part in made]  # as a worker has them
    verdicts = [part.facts["verdict"] for part in judged_together(bare, folder=tmp_path)]
    assert [each["kind"] for each in verdicts] == ["reference", "worse"]
    assert "in F1 (" in verdicts[1]["sentence"]
    few = [scored(tmp_path / "few", {"f1": shares[:4]}, method=name) for name in "ab"]
    assert "verdict" not in judged_together(few, folder=tmp_path / "few")[1].facts


def test_a_method_that_has_no_room_is_a_row_with_its_reason(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def peak(variant: Variant, **step: int) -> int:
        return 10**15 if variant.method == "fp32" else 10**8

    def measured(what: EvaluateSpec, report: Report) -> Result:
        return Result(spec=what.to_dict(), facts={"right": [1, 0]})

    monkeypatch.setattr("kit.measure.needs._peak_bytes", peak)
    monkeypatch.setattr("kit.experiments.apart.carry_out_isolated", measured)
    both = spec.replace(methods=("fp32", "bf16"))
    needed = both.needs().memory_bytes
    assert needed is None or needed < 2 * 10**8  # what is not measured takes no memory
    assert both.check_room(both.needs()) == ""
    result = sweep(both, ListReport(tmp_path))
    assert [part.status for part in result.parts] == ["unsupported", "finished"]
    error = result.parts[0].error or {}
    assert (error["type"], "1,000,000 GB" in error["message"]) == ("NoRoomError", True)
    assert "method='bf16'" in error["fix"]
    alone = spec.replace(methods=("fp32",))
    with pytest.raises(NoRoomError, match="methods="):
        alone.check_room(alone.needs())
