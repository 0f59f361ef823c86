"""A quiet machine of 16 GB that was measured, and what was measured on it."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tinyruns

import kit
import kit.choosing.work  # so that it can be changed
from kit.data import DataSpec
from kit.engines import Variant
from kit.machine import Machine, Speed, this_machine
from kit.measure import EvaluateSpec
from kit.result import Measurement, Result

SPEED = Speed(
    device="cpu", bandwidth_gb_s=20, tflops={"fp32": 0.2, "bf16": 1.0}, op_s=5e-6, measured="2026-11-22T00:00:00"
)
DATA = DataSpec(source="finance-alerts", limit=40)


@pytest.fixture(autouse=True)
def sixteen_gb(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Let every test see a machine of 16 GB with a known speed, a roomy disk and all methods."""
    machine = dataclasses.replace(this_machine(), memory_mib=16e9 / 2**20, gpus=())
    for name, value in (
        ("this_machine", lambda: machine),
        ("memory_free_mib", lambda: 15e9 / 2**20),
        ("disk", lambda folder: (10**13, 10**13)),
    ):
        monkeypatch.setattr(sys.modules["kit.models.fit"], name, value)
    monkeypatch.setattr(sys.modules["kit.choosing.work"], "known_speed", lambda: SPEED)
    monkeypatch.setattr(sys.modules["kit.choosing.options"], "lacks_of", lambda method: ())
    return machine


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine have been busy when it was measured."""
    speed = dataclasses.replace(SPEED, bystanders=0.7)
    monkeypatch.setattr(sys.modules["kit.choosing.work"], "known_speed", lambda: speed)


@pytest.fixture
def measured(tmp_path: Path) -> Callable[..., Result]:
    """Return what makes the result of an evaluation of 60 rows, those at `wrong` wrong."""

    def make(
        model: str,
        wrong: range,
        *,
        method: str = "bf16",
        seconds: float = 0.1,
        memory: float = 2000,
        hash: str | None = None,
    ) -> Result:
        right = [int(record.scores["acc"]) for record in tinyruns.records(wrong)]
        acc = sum(right) / len(right)
        here = this_machine()
        return Result(
            spec=EvaluateSpec(variant=Variant(model=model, method=method), data=DATA).to_dict(),
            metrics={"acc": acc, "acc_stderr": (acc * (1 - acc) / 59) ** 0.5, "max_ram_mib": memory},
            measurements={name: Measurement(name, "s", (seconds,)) for name in ("tpot_s", "ttft_s", "e2el_s")},
            facts={"model": model, "method": method, "rows": 60, "right": right, "labels": ["hold", "pay"]},
            provenance={
                "data_hash": kit.load_data("finance-alerts", limit=40).hash if hash is None else hash,
                "machine": {"cores": here.cores, "gpus": [None] * len(here.gpus)},
            },
            folder=tmp_path,
        )

    return make
