"""PyTorch's 8-bit layers: what they compute, what they weigh, and that nobody is bothered by their age."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from kit.engines import Variant
from kit.quantization import torch_dynamic
from kit.quantization.load import load
from kit.report import Report


def test_a_layer_multiplies_integers(tiny_model: Path, tmp_path: Path) -> None:
    """Written out: a scale for each row of the weight, one for all activations, a product of integers."""
    plain = load(Variant(model=str(tiny_model), method="fp32"), Report(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        engine = load(Variant(model=str(tiny_model), method="torch-int8"), Report(tmp_path))
    weight = plain.model.model.layers[1].mlp.down_proj.weight.detach()
    layer = engine.model.model.layers[1].mlp.down_proj
    given = torch.randn(5, weight.shape[1], generator=torch.Generator().manual_seed(0)) * 3

    steps = weight.abs().amax(1, keepdim=True) / 127.5
    held = (weight / steps).round().clamp(-128, 127) * steps
    least, most = given.min().clamp(max=0), given.max().clamp(min=0)
    step = (most - least) / 127  # 7 bits: eight-bit products could overflow on processors without VNNI
    rounded = (given / step).round() * step
    with torch.inference_mode():
        found = layer(given)
    assert (found - rounded @ held.T).norm() < 0.02 * (given @ weight.T).norm()
    assert (found - given @ weight.T).norm() > 1e-4 * found.norm()


def test_what_it_weighs_is_what_it_saves(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = load(Variant(model=str(tiny_model), method="torch-int8"), Report(tmp_path))
    saved = {}
    save = torch_dynamic.save_file
    monkeypatch.setattr(
        torch_dynamic, "save_file", lambda tensors, path: (save(tensors, path), saved.update(load_file(path)))
    )
    size = engine.file_size()
    weights = sum(part.nbytes for part in saved.values())
    assert weights == pytest.approx(engine.footprint(), rel=0.01)
    assert weights < size < weights + 10_000
    layers = [name for name in saved if name.endswith(".scales")]
    assert len(layers) == 14, "seven linear layers in each of two blocks, and no output layer"
    assert saved["model.layers.0.mlp.up_proj.weight"].dtype == torch.int8
    assert saved["lm_head.weight" if "lm_head.weight" in saved else "model.embed_tokens.weight"].dtype == torch.float32
