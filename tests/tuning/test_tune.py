"""Tuning runs on a tiny model, from data to an adapter."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from kit.engines.prepare import ready_folder
from kit.errors import UnknownNameError
from kit.models import kept_errors, locate
from kit.report import ListReport, Report
from kit.result import Result
from kit.tuning import TuneSpec
from kit.tuning import kept as kept_module
from kit.tuning.schedule import evaluation_steps
from kit.tuning.tune import tune

ALL_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def _tuned(spec: TuneSpec, folder: Path) -> tuple[Result, ListReport]:
    report = ListReport(folder)
    return tune(spec, report), report


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = load_file(folder / "artifacts" / "adapter" / "adapter_model.safetensors")
    return weights


def test_it_learns_what_can_be_learnt(spec: TuneSpec, tmp_path: Path) -> None:
    easy = spec.replace(steps=30, learning_rate=1e-2, target_modules=ALL_LINEAR)
    result, report = _tuned(easy, tmp_path)
    assert result.status == "finished"
    assert result.metrics["validation_accuracy"] > 0.9
    assert result.metrics["validation_loss"] < result.metrics["validation_loss_before"] / 5
    losses = report.values("loss")
    assert len(losses) == 30
    assert max(losses[-5:]) < losses[0] / 3


def test_what_is_said_on_the_way(spec: TuneSpec, tmp_path: Path) -> None:
    result, report = _tuned(spec.replace(steps=5), tmp_path)
    steps = {
        name: [e["step"] for e in report.events if e["kind"] == "metric" and e["name"] == name]
        for name in ("loss", "learning_rate", "tokens_per_s", "validation_loss", "validation_accuracy")
    }
    assert steps["loss"] == steps["learning_rate"] == steps["tokens_per_s"] == [1, 2, 3, 4, 5]
    assert steps["validation_loss"] == steps["validation_accuracy"] == [0, *sorted(evaluation_steps(5, 2))]
    assert report.values("learning_rate") == pytest.approx([1e-3, 1e-3, 0.75e-3, 0.5e-3, 0.25e-3])
    done = [e["done"] for e in report.events if e["kind"] == "progress" and e["phase"] == "training"]
    assert done[-1] == 5
    assert done == sorted(done)
    assert result.metrics["steps"] == 5
    assert result.facts["labels"] == ["down", "up"]
    weights = (Path(spec.model) / "model.safetensors").read_bytes()
    assert result.provenance["model"]["files"]["model.safetensors"] == hashlib.sha256(weights).hexdigest()
    assert result.provenance["seeds"]["seed"] == spec.seed
    assert Result.from_dict(json.loads(result.to_json())) == result
    answers = [e["data"] for e in report.events if e["kind"] == "record" and e["name"] == "answer"]
    assert len(answers) == 3
    assert all(set(answer) == {"text", "gold", "answer", "before"} for answer in answers)


def test_its_memory_is_predicted_and_the_error_kept(spec: TuneSpec, tmp_path: Path) -> None:
    result, report = _tuned(spec.replace(steps=1), tmp_path)
    (said,) = [e["data"] for e in report.events if e["kind"] == "record" and e["name"] == "estimate"]
    assert result.facts["foretold"] == said
    assert kept_errors()["peak_memory_mib"].count == 1


def test_plain_peft_loads_the_adapter(
    spec: TuneSpec, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []
    save = kept_module.save_adapter
    monkeypatch.setattr(kept_module, "save_adapter", lambda model, *a, **o: (kept.append(model), save(model, *a, **o)))
    _tuned(spec, tmp_path)
    base = AutoModelForCausalLM.from_pretrained(str(tiny_model), dtype=torch.float32)
    theirs: Any = PeftModel.from_pretrained(base, str(tmp_path / "artifacts" / "adapter")).eval()
    ids = torch.tensor([[1, 40, 300, 7, 12]])
    with torch.inference_mode():
        tuned = kept[-1].eval()(ids).logits
        torch.testing.assert_close(theirs(ids).logits, tuned, rtol=1e-5, atol=1e-5)
        with theirs.disable_adapter():
            assert (theirs(ids).logits - tuned).abs().max() > 1e-3, "the adapter changes nothing: a weak test"


def test_what_lies_beside_the_adapter(spec: TuneSpec, tiny_model: Path, tmp_path: Path) -> None:
    _tuned(spec, tmp_path)
    folder = tmp_path / "artifacts" / "adapter"
    names = {path.name for path in folder.iterdir()}
    assert names == {"adapter_config.json", "adapter_model.safetensors", "tunebook.json"}
    assert [path.name for path in folder.parent.iterdir()] == ["adapter"], "something half-made was left"
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["r"], config["lora_alpha"], config["base_model_name_or_path"]) == (16, 32.0, str(tiny_model))
    assert sorted(config["target_modules"]) == ["q_proj", "v_proj"]
    note = json.loads((folder / "tunebook.json").read_text(encoding="utf-8"))
    taught = {"task": "classify", "instruction": "Up or down?", "labels": ["down", "up"], "step": 4}
    assert note == {"base": str(tiny_model), **taught}
    located, _location = ready_folder(str(folder), Report(tmp_path))
    assert located.parent.name == "merged"


def test_a_relative_model_is_found_from_anywhere(
    spec: TuneSpec, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_model.parent)
    _tuned(spec.replace(model=f"./{tiny_model.name}"), tmp_path)
    monkeypatch.chdir(tmp_path)
    assert locate(str(tmp_path / "artifacts" / "adapter")).path == tiny_model


def test_the_adapter_trains_in_float32_on_a_bf16_base(spec: TuneSpec, tmp_path: Path) -> None:
    result, _report = _tuned(spec.replace(precision="bf16", steps=2), tmp_path)
    assert result.facts["precision"] == "bfloat16"
    weights = _weights(tmp_path)
    assert {weight.dtype for weight in weights.values()} == {torch.float32}
    assert all(weight.abs().max() > 0 for name, weight in weights.items() if "lora_B" in name)


def test_the_same_seed_gives_the_same_run(spec: TuneSpec, tmp_path: Path) -> None:
    losses, weights = [], []
    for i, seed in enumerate((7, 7, 8)):
        _result, report = _tuned(spec.replace(seed=seed, dropout=0.1), tmp_path / str(i))
        losses.append(report.values("loss"))
        weights.append(_weights(tmp_path / str(i)))
    assert losses[0] == losses[1] != losses[2]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_micro_batches_give_the_same_steps(spec: TuneSpec, tmp_path: Path) -> None:
    # Of 54 rows in batches of 12 the fifth batch has six: a micro-batch of four and one of two.
    losses, weights = [], []
    for size in (None, 4, 1):
        asked = spec.replace(batch_size=12, micro_batch_size=size, steps=6)
        _result, report = _tuned(asked, tmp_path / str(size))
        losses.append(report.values("loss"))
        weights.append(_weights(tmp_path / str(size)))
    for other in (1, 2):
        assert losses[other] == pytest.approx(losses[0], rel=1e-5)
        for name, weight in weights[0].items():
            # Adam divides by the gradient's size, so a last bit of a tiny gradient can count: hence not 1e-6.
            torch.testing.assert_close(weights[other][name], weight, rtol=1e-3, atol=2e-5)


class _StopsAfter(ListReport):
    def __init__(self, folder: Path, step: int) -> None:
        super().__init__(folder)
        self._step = step

    def emit(self, event: dict[str, Any]) -> None:
        super().emit(event)
        self.stop = self.stop or (event.get("name") == "loss" and event["step"] == self._step)


def test_a_stop_keeps_the_adapter(spec: TuneSpec, tiny_model: Path, tmp_path: Path) -> None:
    report = _StopsAfter(tmp_path, 3)
    result = tune(spec.replace(steps=50, evaluations=1), report)
    assert result.status == "stopped"
    assert result.metrics["steps"] == 3
    assert len(report.values("loss")) == 3
    assert "validation_accuracy" not in result.metrics, "nothing was measured since the start"
    assert {"adapter"} == {e["name"] for e in report.events if e["kind"] == "artifact"}
    base = AutoModelForCausalLM.from_pretrained(str(tiny_model), dtype=torch.float32)
    PeftModel.from_pretrained(base, str(tmp_path / result.artifacts["adapter"]))
    assert any(weight.abs().max() > 0 for name, weight in _weights(tmp_path).items() if "lora_B" in name)


def test_an_unknown_layer_names_the_nearest(spec: TuneSpec, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError) as caught:
        _tuned(spec.replace(target_modules=("q_proj", "v_prj")), tmp_path)
    assert caught.value.near == "v_proj"
    assert "lm_head" in caught.value.known


def test_a_tuned_model_can_be_tuned_again(spec: TuneSpec, tmp_path: Path) -> None:
    first, _report = _tuned(spec, tmp_path / "first")
    again = spec.replace(model=str(tmp_path / "first" / "artifacts" / "adapter"), steps=2)
    second, _report = _tuned(again, tmp_path / "second")
    after, before = first.metrics["validation_loss"], second.metrics["validation_loss_before"]
    assert before == pytest.approx(after, rel=1e-4), "it did not go on from where the first ended"
    assert locate(str(tmp_path / "second" / "artifacts" / "adapter")).path.parent.name == "merged"


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [5, 1])
def test_two_processes_give_the_same_curve_as_one(spec: TuneSpec, tmp_path: Path, batch_size: int) -> None:
    """Also where the rows do not divide evenly, and where one process has none."""
    asked = spec.replace(batch_size=batch_size, steps=6)
    alone, one = _tuned(asked, tmp_path / "one")
    together, two = _tuned(asked.replace(processes=2), tmp_path / "two")
    assert (alone.facts["processes"], together.facts["processes"]) == (1, 2)
    assert two.values("loss") == pytest.approx(one.values("loss"), rel=1e-4)
    assert together.metrics["validation_loss"] == pytest.approx(alone.metrics["validation_loss"], rel=1e-4)
    for name, weight in _weights(tmp_path / "one").items():
        torch.testing.assert_close(_weights(tmp_path / "two")[name], weight, rtol=1e-3, atol=2e-5)


def test_the_model_is_measured_as_it_was_before_the_first_step(spec: TuneSpec, tmp_path: Path) -> None:
    quiet, _report = _tuned(spec.replace(steps=1, learning_rate=1e-9), tmp_path / "quiet")
    loud, report = _tuned(spec.replace(steps=1, learning_rate=0.5), tmp_path / "loud")
    assert loud.metrics["validation_loss"] != pytest.approx(quiet.metrics["validation_loss"], rel=0.01)
    assert loud.metrics["validation_loss_before"] == quiet.metrics["validation_loss_before"]
    curve = [(e["step"], e["value"]) for e in report.events if e["kind"] == "metric" and e["name"] == "validation_loss"]
    assert curve[0] == (0, loud.metrics["validation_loss_before"])
