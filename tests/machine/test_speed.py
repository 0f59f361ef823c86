"""What is kept of a measurement, for which machine, and what goes wrong."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kit.errors import KitError, MissingPackageError, ParameterError, Stopped, UnsupportedError
from kit.isolated import result_of
from kit.machine import Gpu, ProbeSpec, Speed, known_speed, measure_speed, speed, this_machine
from kit.machine.speed import keep_speed
from kit.machine.words import doubt, meaning, prompt_s, token_s
from kit.report import ListReport, Report

SPEED = Speed(
    "cpu", 20.0, {"fp32": 0.1, "bf16": 0.4}, 2e-6, "2026-11-22T10:00:00+00:00", {"fp32": 16.0, "bf16": 10.0}, {}, 0.02
)


def test_what_was_measured_is_known_later() -> None:
    assert known_speed("cpu") is None
    keep_speed(SPEED)
    assert known_speed("cpu") == SPEED


@pytest.mark.parametrize(
    "change", [{"cpu": "another"}, {"cores": 999}, {"memory_mib": 1024.0 * 512}, {"memory_mib": 700.0}]
)
def test_another_machine_with_the_same_home_does_not_inherit_it(
    change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_speed(SPEED)
    other = dataclasses.replace(this_machine(), **change)
    monkeypatch.setattr(speed, "this_machine", lambda: other)
    assert known_speed("cpu") is None


def test_another_torch_is_measured_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_speed(SPEED)
    monkeypatch.setattr(speed, "installed", lambda name: "99.0")
    assert known_speed("cpu") is None


def test_where_models_run_is_meant_when_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = dataclasses.replace(this_machine(), gpus=(Gpu("G", 1000.0),))
    monkeypatch.setattr(speed, "this_machine", lambda: machine)
    keep_speed(dataclasses.replace(SPEED, device="cuda:0", op_s=1.0))
    keep_speed(SPEED)
    assert known_speed() == dataclasses.replace(SPEED, device="cuda:0", op_s=1.0)
    monkeypatch.setattr(speed, "this_machine", lambda: dataclasses.replace(machine, gpus=()))
    assert known_speed() == SPEED


@pytest.mark.parametrize("text", ["", "{}", '{"speed": {"device": "cpu"}}', '{"speed": 3}'])
def test_a_file_that_cannot_be_read_is_as_good_as_none(text: str) -> None:
    keep_speed(SPEED)
    speed._place("cpu").write_text(text, encoding="utf-8")
    assert known_speed("cpu") is None


def test_without_torch_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.machine.spec.installed", lambda name: None)
    with pytest.raises(MissingPackageError, match="Measuring speed needs a package: torch is not installed"):
        measure_speed("cpu")


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(UnsupportedError, match="cuda:7 cannot be measured"):
        measure_speed("cuda:7")
    with pytest.raises(ParameterError, match='must be "cpu", or "cuda:0"'):
        measure_speed("tpu")


def test_what_breaks_off_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(spec: Any, report: Report, **_environment: Any) -> Any:
        return result_of({"spec": "kit.machine.spec:ProbeSpec", "device": "elsewhere"}, report)

    monkeypatch.setattr(speed, "carry_out_isolated", broken)
    with pytest.raises(KitError, match="The speed of cpu could not be measured: device='elsewhere' is not allowed"):
        measure_speed("cpu")


def test_this_machine_is_measured_in_another_process(tmp_path: Path) -> None:
    """Against numpy, in this process: the same memory, by other code."""
    report = ListReport(tmp_path)
    found = measure_speed("cpu", report=report)
    assert known_speed("cpu") == found
    assert {"fp32", "bf16", "fp16"} == set(found.tflops) == set(found.gemv_gb_s) == set(found.linear_s)
    assert 1e-7 < found.op_s < 1e-3
    numbers = np.ones(32_000_000, dtype=np.float32)
    times = []
    for _each in range(5):
        began = time.perf_counter()
        numbers.sum()
        times.append(time.perf_counter() - began)
    one_core = numbers.nbytes / min(times) / 1e9
    assert one_core / 4 < found.bandwidth_gb_s < 4 * one_core * this_machine().cores
    assert max(found.gemv_gb_s.values()) <= found.bandwidth_gb_s
    told = [event for event in report.events if event["kind"] == "progress"]
    assert told[0]["phase"] == "opening torch"
    assert (told[-1]["phase"], told[-1]["done"] / told[-1]["total"]) == ("probing", 1.0)


def test_it_can_be_stopped_at_any_time(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    stopper = threading.Timer(0.3, lambda: setattr(report, "stop", True))  # while torch is being imported
    stopper.start()
    with pytest.raises(Stopped):
        measure_speed("cpu", report=report)
    stopper.join()
    assert known_speed("cpu") is None


def test_what_the_figures_mean() -> None:
    assert token_s(SPEED, "bf16") == pytest.approx(2e9 / 10e9)
    assert token_s(SPEED, "fp32", billions=0.5) == pytest.approx(2e9 / 16e9)
    assert token_s(SPEED, "fp16") is None
    assert prompt_s(SPEED, "bf16") == pytest.approx(2e9 * 1000 / 0.4e12)
    assert "takes 200 ms for each token it writes" in meaning(SPEED)
    assert "a prompt of 1,000 tokens takes 5.0 s" in meaning(SPEED)
    assert doubt(SPEED) == ""
    assert "30 % of the cores" in doubt(dataclasses.replace(SPEED, bystanders=0.3))


def test_its_turn_is_that_of_its_device() -> None:
    assert ProbeSpec().needs().devices == ("cpu",)
    assert ProbeSpec(device="cuda:1").needs().devices == ("cuda:1",)
