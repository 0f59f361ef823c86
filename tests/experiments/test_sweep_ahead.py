"""A sweep whose variants are measured elsewhere, several at once: the same parts, verdicts and records as here."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Self

import pytest

from kit.data import DataSpec
from kit.errors import ParameterError, Stopped
from kit.experiments import SweepSpec, judged
from kit.experiments import sweep as module
from kit.experiments.ahead import WORK
from kit.experiments.sweep import sweep
from kit.measure import EvaluateSpec
from kit.report import ListReport, Report
from kit.result import Measurement, Result
from kit.spec import Spec, resolve


class _OnScheduler(ListReport):
    @property
    def on(self) -> str:
        return "tcp://nowhere:1"


class _Workers:
    """Stands for a scheduler's workers: all of a sweep at once, the last method done first."""

    def __init__(self, methods: tuple[str, ...], *, breaks: str = "") -> None:
        self._done = {method: threading.Event() for method in methods}
        self._order, self._breaks = list(methods), breaks
        self.started: list[str] = []

    def slots(self) -> int:
        return len(self._done)

    def carry_out(self, work: str, spec: Spec, report: Report) -> Result:
        assert work == WORK
        assert callable(resolve(work))
        assert isinstance(spec, EvaluateSpec)
        method = spec.variant.method
        self.started.append(method)
        for later in self._order[self._order.index(method) + 1 :]:
            while not self._done[later].wait(0.05):
                if report.stop_asked():
                    raise Stopped
        report.metric("acc", 0.5)
        if method == self._breaks:
            raise Stopped
        self._done[method].set()
        machine = {"cpu": "fast" if method == "bf16" else "slow", "cores": 2}
        right = [1] * (10 if method == "fp32" else 19) + [0] * 10
        return Result(
            spec=spec.to_dict(),
            facts={"method": method, "right": right[:20]},
            measurements={"e2el_s": Measurement("e2el_s", "s", (2.0 if method == "fp32" else 1.0,))},
            provenance={"machine": machine},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return


@pytest.fixture
def spec(tiny_model: Path, rows_file: Path) -> SweepSpec:
    return SweepSpec(
        model=str(tiny_model),
        data=DataSpec(source=str(rows_file), limit=20),
        methods=("fp32", "bf16", "fp16"),
        measures=("accuracy",),
    )


def _sweep(
    spec: SweepSpec, folder: Path, monkeypatch: pytest.MonkeyPatch, methods: tuple[str, ...] = (), **more: Any
) -> tuple[Result, ListReport, _Workers]:
    workers = _Workers(methods or spec.methods, **more)
    monkeypatch.setattr(module, "runner_of", lambda report: workers)
    report = _OnScheduler(folder)
    return sweep(spec, report), report, workers


def test_variants_are_measured_at_once_and_told_in_order(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, report, _workers = _sweep(spec, tmp_path, monkeypatch)
    assert result.status == "finished"
    assert [part.facts["method"] for part in result.parts] == ["fp32", "bf16", "fp16"]
    assert [part.facts["verdict"]["kind"] for part in result.parts] == ["reference", "better", "better"]
    names = [event["name"] for event in report.events if event["kind"] == "metric"]
    assert names == ["fp16/acc", "bf16/acc", "fp32/acc"]
    again, report, workers = _sweep(spec, tmp_path, monkeypatch)
    assert workers.started == []
    assert again.to_json() == result.to_json()


def test_times_of_two_machines_are_not_compared(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, _report, _workers = _sweep(spec, tmp_path, monkeypatch)
    assert [part.facts["verdict"]["speed_ratio"] for part in result.parts] == [1.0, None, 2.0]
    assert judged._hardware(result.parts[0]) != judged._hardware(result.parts[1])


def test_what_is_done_when_it_stops_is_kept(spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped, _report, _workers = _sweep(spec, tmp_path, monkeypatch, breaks="fp32")
    assert (stopped.status, [part.facts["method"] for part in stopped.parts]) == ("stopped", ["bf16", "fp16"])
    whole, _report, workers = _sweep(spec, tmp_path, monkeypatch, methods=("fp32",))
    assert workers.started == ["fp32"]
    assert whole.status == "finished"
    assert [part.facts["method"] for part in whole.parts] == ["fp32", "bf16", "fp16"]


def test_a_reference_needs_one_folder(spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParameterError, match=r"measures=.*'reference' on a scheduler"):
        _sweep(spec.replace(measures=("accuracy", "reference")), tmp_path, monkeypatch)
