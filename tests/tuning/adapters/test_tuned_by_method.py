"""A tuning by each method: it learns, can be broken off, and its run is a model that others open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tinytuning import curves, stopped

from kit.data import DataSpec
from kit.engines.prepare import ready_folder
from kit.models import locate
from kit.report import ListReport, Report
from kit.tuning import TuneSpec
from kit.tuning.tune import tune

LEARNING = {"rank": 4, "learning_rate": 3e-3, "batch_size": 12, "steps": 6, "evaluations": 1}
METHODS: dict[str, dict[str, Any]] = {
    "dora": {"method": "dora", "dropout": 0.1},
    "pissa": {"init_lora_weights": "pissa"},
    "ia3": {"method": "ia3", "target_modules": ("k_proj", "down_proj"), "learning_rate": 0.1},
    "prompt": {"method": "prompt", "virtual_tokens": 10, "learning_rate": 0.1},
    "full": {"method": "full", "learning_rate": 1e-3},
    "loftq": {"quantization": "bnb-nf4", "init_lora_weights": "loftq"},
    "int8": {"quantization": "bnb-int8", "method": "ia3", "target_modules": ("v_proj",), "learning_rate": 0.1},
}


@pytest.fixture
def by(tiny_model: Path, rows_file: Path) -> TuneSpec:
    """A short tuning, to be changed."""
    data = DataSpec(source=str(rows_file), instruction="Up or down?")
    return TuneSpec(model=str(tiny_model), data=data, precision="fp32", **LEARNING)


def _kept(folder: Path) -> dict[str, torch.Tensor]:
    (file,) = (folder / "artifacts" / "adapter").glob("*model.safetensors")
    found: dict[str, torch.Tensor] = load_file(file)
    return found


@pytest.mark.parametrize("fields", METHODS.values(), ids=METHODS)
def test_it_learns_and_goes_on_exactly_where_it_was_stopped(
    by: TuneSpec, tmp_path: Path, fields: dict[str, Any]
) -> None:
    spec = by.replace(**fields)
    whole = ListReport(tmp_path / "whole")
    result = tune(spec, whole)
    assert result.metrics["validation_loss"] < 0.97 * result.metrics["validation_loss_before"]
    first = stopped(spec, tmp_path / "parts", 3)
    second = ListReport(tmp_path / "parts")
    assert tune(spec, second).facts["resumed_at"] == [3]
    assert curves(first, second) == curves(whole)
    expected = _kept(tmp_path / "whole")
    assert expected
    assert all(torch.equal(weight, expected[name]) for name, weight in _kept(tmp_path / "parts").items())


@pytest.mark.parametrize("method", ["prompt", "ia3"])
def test_what_others_evaluate_is_what_was_validated(by: TuneSpec, tmp_path: Path, method: str) -> None:
    """The folder is opened as by an evaluation: merged, a learned prompt put into the model."""
    spec = by.replace(**METHODS[method])
    tuned = tune(spec, ListReport(tmp_path))
    folder = tmp_path / tuned.artifacts["adapter"]
    again = tune(by.replace(model=str(folder), steps=1, learning_rate=1e-9), ListReport(tmp_path / "again"))
    after, before = tuned.metrics["validation_loss"], again.metrics["validation_loss_before"]
    assert before == pytest.approx(after, abs=0.03 if method == "prompt" else 1e-4)  # log(1 + 10 / 400) at most


def test_a_run_of_full_tuning_is_the_model_it_left(by: TuneSpec, tmp_path: Path, tiny_model: Path) -> None:
    result = tune(by.replace(method="full", steps=1, learning_rate=1e-3), ListReport(tmp_path))
    folder = tmp_path / result.artifacts["adapter"]
    assert (locate(str(folder)).path, locate(str(folder)).adapter) == (folder, None)
    assert ready_folder(str(folder), Report(tmp_path))[0] == folder
    assert result.facts["precision"] == "float32"
    again = tune(by.replace(model=str(folder), steps=1), ListReport(tmp_path / "again"))
    after, before = result.metrics["validation_loss"], again.metrics["validation_loss_before"]
    assert before == pytest.approx(after, rel=1e-4)
