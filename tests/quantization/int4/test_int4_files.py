"""From a model to its file of 4 bits and back, stopped half-way, and refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tinymodel import SHAPE, save_model
from transformers import MixtralConfig, Qwen2Config

from kit.data import DataSpec
from kit.engines import Variant
from kit.engines.hf.load import load_model
from kit.errors import Stopped, UnsupportedError
from kit.quantization.int4.blocks import blocks_of, layers_of
from kit.quantization.int4.files import open_model, read_layers, write
from kit.quantization.int4.groups import rounded
from kit.quantization.int4.kinds import why_not
from kit.quantization.load import load
from kit.report import ListReport, Report

IDS = torch.tensor([[5, 9, 30, 2, 77, 8]])


@torch.inference_mode()
@pytest.mark.parametrize("tied", [False, True])
def test_what_is_opened_is_what_was_rounded(tmp_path: Path, tied: bool) -> None:
    """Qwen2 has biases on some layers."""
    source = save_model(tmp_path / "plain", Qwen2Config(**SHAPE, tie_word_embeddings=tied))
    model = load_model(source, dtype=torch.bfloat16)
    for layer in model.modules():
        if getattr(layer, "bias", None) is not None:
            layer.bias.data.normal_(generator=torch.Generator().manual_seed(0))
    made = {}
    for name, block in blocks_of(model).items():
        for part, layer in layers_of(block).items():
            made[f"{name}.{part}"] = rounded(layer.weight.float())
            layer.weight.data = made[f"{name}.{part}"].written_out().bfloat16()
    model.config.save_pretrained(tmp_path)
    write(model, made, tmp_path)
    again = open_model(tmp_path)
    expected, found = (each(input_ids=IDS).logits.float() for each in (model, again))
    assert (found - expected).norm() < 0.05 * expected.norm()
    assert {name: (each.codes.tolist(), each.scales.tolist(), each.zeros.tolist()) for name, each in made.items()} == {
        name: (each.codes.tolist(), each.scales.tolist(), each.zeros.tolist())
        for name, each in read_layers(tmp_path).items()
    }
    same = again.get_input_embeddings().weight.data_ptr() == again.get_output_embeddings().weight.data_ptr()
    assert same == tied


class StopsAt(ListReport):
    """Asks to stop once it heard that a layer is done."""

    def stop_asked(self) -> bool:
        return any(event.get("unit") == "layers" and event["done"] >= 1 for event in self.events)


@pytest.mark.parametrize("method", ["gptq-int4", "awq-int4", "hqq-int4"])
def test_it_stops_between_layers_and_leaves_nothing(
    tiny_model: Path, tmp_path: Path, rows_file: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.quantization.artefacts.cache", lambda: tmp_path / "cache")
    rows = None if method == "hqq-int4" else DataSpec(source=str(rows_file), limit=8)
    with pytest.raises(Stopped):
        load(Variant(model=str(tiny_model), method=method, calibration=rows), StopsAt(tmp_path))
    assert list((tmp_path / "cache" / "variants").iterdir()) == []


def test_experts_are_refused_before_anything_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = save_model(tmp_path / "experts", MixtralConfig(**SHAPE, num_local_experts=4))
    monkeypatch.setattr("kit.quantization.hqq.make.load_model", None)
    with pytest.raises(UnsupportedError, match="mixtral cannot be held as hqq-int4: its experts are no plain linear"):
        load(Variant(model=str(source), method="hqq-int4"), Report(tmp_path))


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"hidden_size": 576, "num_experts": 1}, ""),
        ({"hidden_size": 100}, "does not divide its width of 100"),
        ({"text_config": {"hidden_size": 128, "num_experts": 8}}, "experts"),
        ({"is_encoder_decoder": True, "d_model": 512}, "an encoder and a decoder"),
        ({"n_embd": 768}, ""),
    ],
)
def test_which_models_it_takes(config: dict[str, Any], says: str) -> None:
    assert says in why_not(config)
    assert bool(why_not(config)) == bool(says)
