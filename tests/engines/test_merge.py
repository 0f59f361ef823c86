"""An adapter folded into its base answers as the two of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from kit.engines.hf import load
from kit.engines.hf.merge import merged_folder
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.prepare import ready_base, ready_folder
from kit.errors import ModelNotFoundError
from kit.report import Report

IDS = torch.tensor([[1, 40, 300, 7, 12, 350, 9]])


@pytest.fixture
def adapter(tiny_model: Path, tmp_path: Path) -> Path:
    """An adapter that is not at zero, as training would leave it."""
    torch.manual_seed(3)
    config = LoraConfig(r=4, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    model: Any = get_peft_model(_base(tiny_model), config)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.2)
    model.save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter"


def _base(folder: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.float32)


@torch.inference_mode()
def _logits(model: Any) -> torch.Tensor:
    logits: torch.Tensor = model.eval()(IDS).logits
    return logits


def test_the_merged_model_answers_as_peft_does(tiny_model: Path, adapter: Path, tmp_path: Path) -> None:
    merged = _logits(_base(merged_folder(tiny_model, adapter, Report(tmp_path))))
    unmerged = _logits(PeftModel.from_pretrained(_base(tiny_model), str(adapter)))
    torch.testing.assert_close(merged, unmerged, rtol=1e-4, atol=1e-4)
    assert (merged - _logits(_base(tiny_model))).abs().max() > 0.1, "the adapter changes nothing: a weak test"


def test_it_is_made_once(tiny_model: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = merged_folder(tiny_model, adapter, Report(tmp_path))

    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("loaded again")

    monkeypatch.setattr(load, "load_model", refuse)
    assert merged_folder(tiny_model, adapter, Report(tmp_path)) == first
    assert [path.name for path in first.parent.iterdir()] == [first.name], "something half-made was left"
    (adapter / "adapter_config.json").write_text(
        (adapter / "adapter_config.json").read_text(encoding="utf-8").replace('"lora_alpha": 16', '"lora_alpha": 8')
    )
    with pytest.raises(AssertionError, match="loaded again"):  # another adapter is another model
        merged_folder(tiny_model, adapter, Report(tmp_path))


def test_an_adapter_folder_is_a_model(tiny_model: Path, adapter: Path, tmp_path: Path) -> None:
    folder, location = ready_folder(str(adapter), Report(tmp_path))
    assert (location.path, location.adapter) == (tiny_model, adapter)
    assert folder != tiny_model
    assert load_tokenizer(folder).chat_template == load_tokenizer(tiny_model).chat_template
    assert ready_base(str(adapter), Report(tmp_path)).path == tiny_model


def test_a_large_base_keeps_its_precision(
    tiny_model: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.engines.hf.merge._FP32_BELOW", 1000)
    folder = merged_folder(tiny_model, adapter, Report(tmp_path))
    model = AutoModelForCausalLM.from_pretrained(str(folder), dtype="auto")
    assert model.dtype == torch.bfloat16
    unmerged = _logits(PeftModel.from_pretrained(_base(tiny_model), str(adapter)))
    assert torch.nn.functional.cosine_similarity(_logits(model).float(), unmerged, dim=-1).min() > 0.999


def test_an_unfinished_merge_leaves_nothing(tiny_model: Path, adapter: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_model, tmp_path / "base"))
    (copy / "tokenizer.json").unlink()
    (copy / "tokenizer_config.json").unlink()
    with pytest.raises(ModelNotFoundError, match="tokenizer"):
        merged_folder(copy, adapter, Report(tmp_path))
    assert not list((tmp_path / "tunebook-cache" / "merged").iterdir())
