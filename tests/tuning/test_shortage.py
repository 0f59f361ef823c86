"""An error of memory that ran out says what was asked for, what needs less, and that nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from kit.errors import KitError
from kit.report import ListReport
from kit.tuning import TuneSpec
from kit.tuning.learner import Learner
from kit.tuning.shortage import told_shortage
from kit.tuning.tune import tune


def _told(spec: TuneSpec, exc: Exception, kept: int | None = None) -> KitError:
    with pytest.raises(KitError) as caught, told_shortage(spec, lambda: kept):
        raise exc
    return caught.value


def _really_out_of_memory() -> None:
    torch.empty(2**60, dtype=torch.uint8)


def test_what_pytorch_raises_on_the_cpu_is_known(spec: TuneSpec) -> None:
    with pytest.raises(KitError, match="Memory ran out"), told_shortage(spec, lambda: None):
        _really_out_of_memory()


@pytest.mark.parametrize(
    "exc",
    [MemoryError(), torch.OutOfMemoryError("CUDA out of memory."), RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when …")],
    ids=lambda exc: type(exc).__name__,
)
def test_what_is_raised_elsewhere_is_known(spec: TuneSpec, exc: Exception) -> None:
    assert "Memory ran out" in _told(spec, exc).problem


def test_other_errors_go_through(spec: TuneSpec) -> None:
    with pytest.raises(RuntimeError, match="shapes"), told_shortage(spec, lambda: None):
        raise RuntimeError("shapes do not fit")


@pytest.mark.parametrize(
    ("asked", "change"),
    [
        ({"batch_size": 16}, "micro_batch_size=8"),
        ({"batch_size": 12, "micro_batch_size": 6}, "micro_batch_size=3"),
        ({"batch_size": 9}, "micro_batch_size=3"),
        ({"batch_size": 16, "micro_batch_size": 1}, "max_length=256"),
        ({"batch_size": 4, "micro_batch_size": 2, "processes": 2}, "max_length=256"),
        ({"batch_size": 1, "max_length": 20}, "max_length=16"),
        ({"batch_size": 1, "max_length": 16}, "a smaller model"),
    ],
    ids=str,
)
def test_the_change_it_names_needs_less_and_is_allowed(spec: TuneSpec, asked: dict[str, Any], change: str) -> None:
    error = _told(spec.replace(**asked), MemoryError())
    assert f"Try {change}," in error.fix
    name, _sign, value = change.partition("=")
    if value:
        spec.replace(**{**asked, name: int(value)})


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
