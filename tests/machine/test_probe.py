"""The parts of the probe, with a stopwatch that tells what a machine of known speed would need."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from kit.machine import probe
from kit.machine.speed import Speed, keep_speed
from kit.machine.stopwatch import Stopwatch
from kit.report import ListReport

MIB = 2**20


class _Machine(Stopwatch):
    """Reads 10 GB/s, multiplies 0.2 TFLOP/s and takes 50 µs to begin a product, whatever this machine does."""

    def __init__(self, module: Any, device: str) -> None:
        super().__init__(module, "cpu")

    def best(self, work: Callable[[], object], **_limits: Any) -> float:
        seconds = 0.0

        def linear(rows: Any, weights: Any) -> None:
            nonlocal seconds
            flops = 2 * rows.shape[-2] * weights.numel()
            read = weights.nbytes / 10e9 if rows.shape[-2] == 1 else flops / 0.2e12
            seconds += 50e-6 + read if rows.shape[-2] == 1 else read

        before = torch.nn.functional.linear
        torch.nn.functional.linear = linear
        try:
            work()
        finally:
            torch.nn.functional.linear = before
        return seconds or 1e-3


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_buffer_bytes", lambda watch: 64 * MIB)
    monkeypatch.setattr(probe, "_WIDE", 1024)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_reading_is_told_from_beginning(dtype: torch.dtype) -> None:
    rate, beyond = probe._gemv(torch, _Machine(torch, "cpu"), dtype)
    assert rate == pytest.approx(10.0, rel=1e-6)
    assert beyond == pytest.approx(50e-6, rel=1e-6)


@pytest.mark.usefixtures("small")
def test_the_rate_of_products_counts_multiplications_and_additions() -> None:
    assert probe._gemm_tflops(torch, _Machine(torch, "cpu"), torch.bfloat16) == pytest.approx(0.2, rel=1e-6)


@pytest.mark.usefixtures("small")
def test_a_busy_machine_is_measured_twice_and_keeps_the_better(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    slow = {
        "bandwidth_gb_s": 5.0,
        "tflops": {"fp32": 0.1, "bf16": 0.3},
        "op_s": 4e-6,
        "gemv_gb_s": {"fp32": 4.0},
        "linear_s": {"fp32": 1e-4},
    }
    quick = {**slow, "bandwidth_gb_s": 9.0, "op_s": 5e-6, "tflops": {"fp32": 0.2, "bf16": 0.2}}
    passes = iter([(slow, 0.6), (quick, 0.4)])
    monkeypatch.setattr(probe, "_one_pass", lambda *_given: next(passes))
    report = ListReport(tmp_path)
    found = probe._measured(torch, "cpu", report)
    assert (found.bandwidth_gb_s, found.op_s, found.tflops) == (9.0, 4e-6, {"fp32": 0.2, "bf16": 0.3})
    assert (found.bystanders, next(passes, "none left")) == (0.4, "none left")
    assert "second time" in report.events[-1]["text"]
    before = Speed("cpu", 30.0, {"fp32": 0.1, "bf16": 0.9}, 1e-6, "2026", {"fp32": 3.0}, {"fp32": 2e-4}, 0.05)
    keep_speed(before)  # from a quieter hour
    passes = iter([(slow, 0.6), (quick, 0.4)])
    monkeypatch.setattr(probe, "_one_pass", lambda *_given: next(passes))
    later = probe._measured(torch, "cpu", report)
    assert (later.bandwidth_gb_s, later.op_s, later.tflops) == (30.0, 1e-6, {"fp32": 0.2, "bf16": 0.9})
    assert (later.gemv_gb_s, later.linear_s, later.bystanders) == ({"fp32": 4.0}, {"fp32": 1e-4}, 0.05)


def test_a_quiet_machine_is_measured_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    figures = {"bandwidth_gb_s": 5.0, "tflops": {}, "op_s": 4e-6, "gemv_gb_s": {}, "linear_s": {}}
    passes = iter([(figures, 0.01)])
    monkeypatch.setattr(probe, "_one_pass", lambda *_given: next(passes))
    assert probe._measured(torch, "cpu", ListReport(tmp_path)).bandwidth_gb_s == 5.0


def test_buffers_are_beyond_the_cache_and_within_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Stopwatch(torch, "cpu")
    monkeypatch.setattr("kit.machine.stopwatch.memory_free_mib", lambda: 100_000.0)
    for cache_mib, wanted_mib in ((0, 256), (100, 400), (1000, 1024)):
        monkeypatch.setattr(probe, "_cache_bytes", lambda mib=cache_mib: mib * MIB)
        assert probe._buffer_bytes(watch) // MIB in range(wanted_mib - 15, wanted_mib + 1)
        assert probe._buffer_bytes(watch) % (16 * MIB) == 0  # whole matrices
    monkeypatch.setattr("kit.machine.stopwatch.memory_free_mib", lambda: 400.0)
    assert probe._buffer_bytes(watch) <= 100 * MIB
    asked = SimpleNamespace(cuda=SimpleNamespace(mem_get_info=lambda device: (3 * 2**30, 80 * 2**30)))
    gpu = Stopwatch(asked, "cuda:0")
    assert probe._buffer_bytes(gpu) == 768 * MIB  # a quarter of what is free, in matrices of 256 MiB


def test_work_on_a_gpu_is_timed_by_the_gpu() -> None:
    told: list[str] = []

    class Event:
        def __init__(self, enable_timing: bool) -> None:
            assert enable_timing

        def record(self) -> None:
            told.append("record")

        def synchronize(self) -> None:
            told.append("wait")

        def elapsed_time(self, other: Event) -> float:
            return 12.5  # milliseconds

    class Device:
        def __init__(self, name: str) -> None:
            told.append(name)

        def __enter__(self) -> None: ...

        def __exit__(self, *_error: object) -> None: ...

    module = SimpleNamespace(cuda=SimpleNamespace(Event=Event, device=Device))
    watch = Stopwatch(module, "cuda:1")
    assert watch.once(lambda: told.append("work")) == 0.0125
    assert told == ["cuda:1", "record", "work", "record", "wait"]


def test_the_best_of_repeats_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Stopwatch(torch, "cpu")
    times = iter([9.0, 3.0, 1.0, 2.0, 7.0])
    monkeypatch.setattr(watch, "once", lambda work: next(times))
    assert watch.best(lambda: None, for_s=0.0) == 1.0  # the first, of 9 s, is a warm-up
    assert next(times) == 7.0


def test_a_gpu_is_asked_for_integers_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The steps of a GPU, carried out by the processor."""

    class Gpu(Stopwatch):
        def __init__(self, module: Any, device: str) -> None:
            super().__init__(module, "cpu")
            self.on_gpu = True

        def _on_gpu(self, work: Callable[[], object]) -> float:
            work()
            return 1e-3

    monkeypatch.setattr(probe, "Stopwatch", Gpu)
    monkeypatch.setattr(probe, "_WIDE", 64)
    monkeypatch.setattr(probe, "_buffer_bytes", lambda watch: 4 * MIB)
    monkeypatch.setattr(Gpu, "best", lambda self, work, **_limits: self.once(work))
    figures, _busy = probe._one_pass(torch, "cuda:0", ListReport(tmp_path))
    assert set(figures["tflops"]) == {"fp32", "bf16", "fp16", "int8"}
    assert figures["tflops"]["int8"] == pytest.approx(2 * 256**3 / 1e-3 / 1e12, rel=1e-3)
    assert set(figures["gemv_gb_s"]) == {"fp32", "bf16", "fp16"}
