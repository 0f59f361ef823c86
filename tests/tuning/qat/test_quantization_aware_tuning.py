"""Tunings for a quantization: from the spec to the model that is measured."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from kit.engines import Variant
from kit.engines.hf.load import load_model
from kit.engines.prepare import ready_folder
from kit.errors import MissingPackageError, ParameterError
from kit.quantization.load import load
from kit.report import ListReport, Report
from kit.tuning import TuneSpec
from kit.tuning import tune as tune_module
from kit.tuning.fitting.deciding import may_be_quantized
from kit.tuning.tune import tune

METHOD = "torchao-int4"
TARGETS = ("q_proj", "v_proj", "up_proj", "down_proj")


@pytest.fixture
def aware(spec: TuneSpec) -> TuneSpec:
    """Eight steps for torchao's 4 bits."""
    return spec.replace(quantization_aware=METHOD, target_modules=TARGETS, steps=8, learning_rate=5e-3)


def _models(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Keep the models that train."""
    kept: list[Any] = []
    gather = tune_module.gather
    monkeypatch.setattr(tune_module, "gather", lambda *a: (kept.append(found := gather(*a)), found)[1])
    return kept


def test_what_is_measured_is_what_was_trained(aware: TuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = _models(monkeypatch)
    result = tune(aware.replace(precision="bf16", keep="last"), ListReport(tmp_path))
    assert result.artifacts == {"adapter": "artifacts/adapter", "merged": "artifacts/merged"}
    assert result.facts["quantization_aware"] == METHOD
    assert result.metrics["validation_loss"] < result.metrics["validation_loss_before"]
    adapter, merged = tmp_path / "artifacts" / "adapter", tmp_path / "artifacts" / "merged"
    assert ready_folder(str(adapter), Report(tmp_path))[0] == merged
    note = json.loads((merged / "tunebook.json").read_text(encoding="utf-8"))
    assert (note["instruction"], note["quantization_aware"]) == ("Up or down?", METHOD)
    ids = torch.tensor([[1, 40, 300, 7, 12, 250, 3, 3]])
    engine: Any = load(Variant(model=str(adapter), method=METHOD), Report(tmp_path))
    with torch.inference_mode():
        held = engine.model(ids).logits.float()
        seen = kept[0].model.eval()(ids).logits.float()
        plain = load_model(merged, dtype=torch.bfloat16)(ids).logits.float()
    assert (held - seen).norm() < 0.04 * seen.norm(), "more than products in bf16 differ by"
    assert (plain - seen).norm() > 0.2 * seen.norm(), "rounding hardly matters here: a weak test"


def test_an_adapter_that_was_changed_is_merged_anew(aware: TuneSpec, tmp_path: Path) -> None:
    tune(aware.replace(steps=1), Report(tmp_path))
    adapter = tmp_path / "artifacts" / "adapter"
    note = tmp_path / "artifacts" / "merged" / "tunebook.json"
    told = json.loads(note.read_text(encoding="utf-8"))
    note.write_text(json.dumps({**told, "adapter_sha256": "0" * 64}), encoding="utf-8")
    assert ready_folder(str(adapter), Report(tmp_path))[0].parent.name == "merged"


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"method": "dora"}, "method"),
        ({"quantization": "bnb-nf4"}, "quantization"),
        ({"dropout": 0.1}, "dropout"),
        ({"init_lora_weights": "pissa"}, "init_lora_weights"),
        ({"processes": 2, "layout": "fsdp"}, "layout"),
        ({"quantization_aware": "int4"}, "quantization_aware"),
    ],
)
def test_what_cannot_be_rounded_together_is_refused(aware: TuneSpec, changes: dict[str, Any], parameter: str) -> None:
    with pytest.raises(ParameterError) as caught:
        aware.replace(**changes)
    assert caught.value.parameter == parameter


def test_without_torchao_everything_else_goes_on(aware: TuneSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torchao" else find(name))
    aware.replace(quantization_aware=None).look_ahead()
    with pytest.raises(MissingPackageError, match="torchao-int4 needs a package: torchao is not installed") as caught:
        aware.look_ahead()
    assert "tunebook[torchao]" in caught.value.fix


def test_nobody_holds_its_frozen_weights_in_bits_to_save_memory(aware: TuneSpec) -> None:
    assert may_be_quantized(aware.replace(quantization_aware=None))
    assert not may_be_quantized(aware)
    assert not any("quantization=" in code for _spec, code in aware.lighter())
