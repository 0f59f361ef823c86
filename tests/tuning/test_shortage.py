"""An error of memory that ran out says what was asked for, what needs less, and that nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from kit.data import DataSpec
from kit.errors import KitError
from kit.models import catalogue
from kit.report import ListReport
from kit.tuning import TuneSpec
from kit.tuning.estimate import peak_of
from kit.tuning.fitting.settling import Settled, unknown
from kit.tuning.learner import Learner
from kit.tuning.lengths import Rows
from kit.tuning.shortage import told_shortage
from kit.tuning.tune import tune


def _settled(spec: TuneSpec, folder: Path, *, tokens: int = 500) -> Settled:
    return Settled(spec, ListReport(folder), Rows((tokens - 2,) * 64, (2,) * 64))


def _told(settled: Settled, exc: Exception, kept: int | None = None) -> KitError:
    with pytest.raises(KitError) as caught, told_shortage(settled, lambda: kept):
        raise exc
    return caught.value


def _really_out_of_memory() -> None:
    torch.empty(2**60, dtype=torch.uint8)


def test_what_pytorch_raises_on_the_cpu_is_known(spec: TuneSpec, tmp_path: Path) -> None:
    with pytest.raises(KitError, match="Memory ran out"), told_shortage(_settled(spec, tmp_path), lambda: None):
        _really_out_of_memory()


@pytest.mark.parametrize(
    "exc",
    [MemoryError(), torch.OutOfMemoryError("CUDA out of memory."), RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when …")],
    ids=lambda exc: type(exc).__name__,
)
def test_what_is_raised_elsewhere_is_known(spec: TuneSpec, tmp_path: Path, exc: Exception) -> None:
    assert "Memory ran out" in _told(_settled(spec, tmp_path), exc).problem


def test_other_errors_go_through(spec: TuneSpec, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="shapes"), told_shortage(_settled(spec, tmp_path), lambda: None):
        raise RuntimeError("shapes do not fit")


@pytest.mark.parametrize(
    ("asked", "change"),
    [
        ({"batch_size": 16}, {"micro_batch_size": 8}),
        ({"batch_size": 12, "micro_batch_size": 6}, {"micro_batch_size": 3}),
        ({"batch_size": 9}, {"micro_batch_size": 3}),
        ({"batch_size": 4, "gradient_accumulation_steps": 1}, {"micro_batch_size": 2}),
        ({"micro_batch_size": 1}, {"gradient_checkpointing": True}),
        ({"micro_batch_size": 1, "gradient_checkpointing": True, "precision": "bf16"}, {"quantization": "bnb-nf4"}),
    ],
    ids=str,
)
def test_the_change_of_least_harm_is_named_with_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], change: dict[str, Any]
) -> None:
    monkeypatch.setattr("kit.tuning.fitting.remedy.free_for_process", lambda spec: 1e12)
    data = DataSpec(source="finance-alerts", limit=64)
    spec = TuneSpec(model="qwen2.5-7b-instruct", data=data, **{"precision": "fp32", "quantization": None} | asked)
    settled = _settled(spec, tmp_path)
    settled.decision = unknown(spec)  # as if there had been room for everything
    error = _told(settled, MemoryError())
    words = ", ".join(f"{name}={value!r}" for name, value in change.items())
    assert f"Try {words} (predicted: " in error.fix
    card = catalogue()[spec.model]
    changed = settled.spec.replace(**change)
    assert peak_of(changed, card, settled.rows) < peak_of(settled.spec, card, settled.rows)


@pytest.mark.parametrize(
    ("asked", "change"),
    [
        ({"batch_size": 16}, "micro_batch_size=8"),
        ({"batch_size": 4, "micro_batch_size": 2, "processes": 2}, "gradient_checkpointing=True"),
        ({"batch_size": 1, "gradient_checkpointing": True}, "max_length=256"),
        ({"batch_size": 1, "gradient_checkpointing": True, "max_length": 20}, "max_length=16"),
        ({"batch_size": 1, "gradient_checkpointing": True, "max_length": 16}, "a smaller model"),
    ],
    ids=str,
)
def test_of_a_model_without_a_card_something_is_halved(
    spec: TuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], change: str
) -> None:
    for module in ("settling", "remedy"):
        monkeypatch.setattr(f"kit.tuning.fitting.{module}.card_here", lambda name: None)
    error = _told(_settled(spec.replace(**asked), tmp_path), MemoryError())
    assert f"Try {change}," in error.fix
    assert "redicted" not in error.problem + error.fix


def test_a_tuning_without_memory_can_be_resumed(
    asked: TuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn = Learner.learn

    def run_out(self: Learner, rows: list[Any], step: int) -> float:
        if step == 6:
            _really_out_of_memory()
        return learn(self, rows, step)

    with monkeypatch.context() as little:
        little.setattr(Learner, "learn", run_out)
        with pytest.raises(KitError) as caught:
            tune(asked, ListReport(tmp_path))
    for asked_for in ("batch_size=12,", "4 rows at a time", "max_length=512."):
        assert asked_for in caught.value.problem
    assert "micro_batch_size=2" in caught.value.fix
    assert "from step 4" in caught.value.fix
    assert tune(asked, ListReport(tmp_path)).facts["resumed_at"] == [4]
