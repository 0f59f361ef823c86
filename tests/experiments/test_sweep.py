"""Sweeps: every method a row, in a process of its own, and no row takes another with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec
from kit.experiments import SweepSpec
from kit.experiments.sweep import sweep, variant_spec, with_verdict
from kit.jobs import start
from kit.machine import this_machine
from kit.quantization import Method, methods, register
from kit.quantization import registry as registry_module
from kit.report import ListReport
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
    monkeypatch.setattr("kit.quantization.load.this_machine", lambda: machine)


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
    assert reference.facts["verdict"]["kind"] == "reference"
    assert last.facts["verdict"]["kind"] in ("no evidence", "better", "worse")
    assert len(last.facts["right"]) == 20
    assert [e["data"] for e in report.events if e["kind"] == "record"] == [part.to_dict() for part in result.parts]
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
