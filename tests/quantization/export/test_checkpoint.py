"""GPTQ and AWQ checkpoints as folders: what was rounded comes back, and others are told how to read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM

from benchmarks.export import make_model
from kit.errors import UnsupportedError
from kit.quantization.export.checkpoint import as_made, read_checkpoint, write_checkpoint
from kit.quantization.int4.files import open_model, read_layers, write
from kit.quantization.int4.groups import Groups, rounded

LAYER = "model.layers.1.mlp.down_proj"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A model of which all layers of the blocks but one are rounded."""
    folder = make_model(tmp_path / "made", "ChatML")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    linear = [(name, module) for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
    layers = {name: rounded(module.weight.detach().float()) for name, module in linear if "layers" in name}
    del layers["model.layers.0.self_attn.k_proj"]
    write(model, layers, folder)
    return folder


@pytest.mark.parametrize("kind", ["gptq", "awq"])
def test_there_and_back(kind: str, made: Path) -> None:
    before, ids = read_layers(made), torch.tensor([[0, 5, 300, 44]])
    with torch.inference_mode():
        expected = open_model(made)(input_ids=ids).logits
    write_checkpoint(made, kind)
    layers, others = read_checkpoint(made)
    assert layers.keys() == before.keys()
    assert torch.equal(layers[LAYER].written_out(), before[LAYER].written_out())
    assert "model.layers.0.self_attn.k_proj.weight" in others
    with as_made(made) as folder, torch.inference_mode():
        assert torch.equal(open_model(folder)(input_ids=ids).logits, expected)


@pytest.mark.parametrize(("kind", "columns"), [("gptq", 256 // 8), ("awq", 256)])
def test_others_are_told_how_to_read_it(kind: str, columns: int, made: Path) -> None:
    write_checkpoint(made, kind)
    told = AutoConfig.from_pretrained(made).quantization_config
    assert (told["quant_method"], told["bits"], told["group_size"]) == (kind, 4, 64)
    assert "self_attn" in json.dumps(told)
    assert load_file(made / "model.safetensors")[f"{LAYER}.qweight"].shape[0] == columns


def test_zeros_between_codes_are_refused(made: Path) -> None:
    layers = read_layers(made)
    layers[LAYER] = Groups(layers[LAYER].codes, layers[LAYER].scales, layers[LAYER].zeros.bfloat16() + 0.5)
    write(AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(made)), layers, made)
    with pytest.raises(UnsupportedError, match=LAYER):
        write_checkpoint(made, "gptq")
