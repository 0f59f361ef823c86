"""QLoRA on the CPU: gradients go through frozen quantized weights, also after the model has answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bitsandbytes
import pytest
import torch
from tinyadapters import IDS, Way, gradients_of, learn, logits, plain, prepared

from kit.tuning.adapters.count import how_many
from kit.tuning.adapters.quantized import dequantized
from kit.tuning.adapters.untuned import without_adapter

HELD = ("bnb-nf4", "bnb-fp4", "bnb-int8")


def _dequantized_twin(way: Way, folder: Path, quantization: str, **fields: Any) -> tuple[Any, Any]:
    """Return a quantized model and a plain one whose weights are what the quantized ones stand for."""
    model, twin = prepared(way(quantization=quantization, **fields)), prepared(way(**fields))
    for name, layer in model.base_model.model.named_modules():
        found = dequantized(getattr(layer, "base_layer", layer))
        if found is not None and not name.endswith("base_layer"):
            place = twin.base_model.model.get_submodule(name)
            getattr(place, "base_layer", place).weight.data = found
    ours, theirs = dict(model.named_parameters()), dict(twin.named_parameters())
    for name, weight in ours.items():
        if weight.requires_grad:
            theirs[name].data = weight.detach().clone()
    return model, twin


@pytest.mark.parametrize("quantization", HELD)
def test_gradients_are_those_of_the_weights_it_stands_for(way: Way, tiny_model: Path, quantization: str) -> None:
    """The twin holds the same numbers as plain float32, so all its gradients are by PyTorch alone."""
    fields = {"target_modules": ("all-linear",), "init_lora_weights": "gaussian"}
    model, twin = _dequantized_twin(way, tiny_model, quantization, **fields)
    for each in (model, twin):
        for name, weight in each.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(weight, std=0.1, generator=torch.Generator().manual_seed(len(name)))
    ours, theirs = gradients_of(model), gradients_of(twin)
    # int8 computes in bf16 or float16 inside; 4 bits are dequantized and multiplied as they are.
    limit = 0.02 if quantization == "bnb-int8" else 1e-3
    for name, gradient in ours.items():
        assert (gradient - theirs[name]).norm() <= limit * theirs[name].norm(), name


@pytest.mark.parametrize("quantization", HELD)
def test_gradients_are_the_same_after_it_has_answered(way: Way, quantization: str) -> None:
    """bitsandbytes packs weights for answering alone on some processors; then they would pass no gradient on."""
    model = prepared(way(quantization=quantization), dtype=torch.bfloat16)
    before = gradients_of(model)
    with torch.inference_mode():
        model.eval()(IDS)
    after = gradients_of(model)
    assert all(torch.equal(after[name], gradient) for name, gradient in before.items())
    lower = [gradient for name, gradient in after.items() if "layers.0" in name and "lora_B" in name]
    assert all(gradient.abs().max() > 0 for gradient in lower)


@pytest.mark.parametrize("method", ["lora", "dora", "ia3", "prompt"])
def test_every_method_learns_on_4_bits(way: Way, method: str) -> None:
    model = prepared(way(method=method, quantization="bnb-nf4"), dtype=torch.bfloat16)
    with without_adapter(model):
        before = logits(model)
    learn(model, rate=0.1)
    assert {w.dtype for w in model.parameters() if w.requires_grad} == {torch.float32}
    assert (logits(model) - before).abs().max() > 0.1
    with without_adapter(model):
        assert torch.equal(logits(model), before)


def test_all_linear_finds_quantized_layers(way: Way) -> None:
    model = prepared(way(target_modules=("all-linear",), quantization="bnb-nf4"))
    adapted = {name.split(".lora_A")[0] for name, _w in model.named_parameters() if ".lora_A." in name}
    held = {
        name.removesuffix(".base_layer")
        for name, m in model.named_modules()
        if isinstance(m, bitsandbytes.nn.Linear4bit)
    }
    assert held == {name for name, module in model.named_modules() if hasattr(module, "lora_A")}
    assert len(adapted) == len(held) == 14


@pytest.mark.parametrize("quantization", HELD)
def test_what_it_stands_for_is_what_bitsandbytes_computes_with(way: Way, tiny_model: Path, quantization: str) -> None:
    model = prepared(way(quantization=quantization, method="prompt"))
    layer = model.get_submodule("model.layers.0.mlp.down_proj")
    first = dequantized(layer)
    assert first is not None
    one_hot = torch.eye(first.shape[1])
    computed = layer.eval()(one_hot).T  # row by row what the layer makes of each input
    torch.testing.assert_close(first, computed, rtol=0.02, atol=0.01)
    again = dequantized(layer)  # using it moves the numbers of int8 elsewhere
    assert again is not None
    assert torch.equal(first, again)
    plain_weight = plain(tiny_model).get_submodule("model.layers.0.mlp.down_proj").weight
    assert 0 < (first - plain_weight).norm() < 0.2 * plain_weight.norm()
    assert dequantized(torch.nn.Linear(2, 2)) is None


@pytest.mark.parametrize("quantization", HELD)
def test_loftq_begins_with_what_quantization_took_away(way: Way, tiny_model: Path, quantization: str) -> None:
    """alpha / rank is 4 here: peft's own start, which forgets it, would make the distance larger than before."""
    fields = {"quantization": quantization, "init_lora_weights": "loftq", "target_modules": ("all-linear",), "rank": 8}
    model = prepared(way(alpha=32.0, rank_pattern=("down_proj=4",), **fields))
    whole = plain(tiny_model)
    for name, layer in model.base_model.model.named_modules():
        if not hasattr(layer, "lora_A"):
            continue
        quantized = dequantized(layer.base_layer)
        assert quantized is not None
        lost = whole.get_submodule(name).weight - quantized
        values = torch.linalg.svdvals(lost.double())
        rank = layer.r["default"]
        assert rank == (4 if name.endswith("down_proj") else 8)
        left = (lost - layer.get_delta_weight("default")).norm()
        # Eckart and Young 1936: what the best matrix of this rank leaves
        assert float(left) == pytest.approx(float(values[rank:].norm()), rel=1e-3)


def test_loftq_begins_nearer_to_the_model_and_goes_back_there(way: Way, tiny_model: Path) -> None:
    fields = {"quantization": "bnb-nf4", "target_modules": ("all-linear",), "rank": 32}
    usual, nearer = prepared(way(**fields)), prepared(way(init_lora_weights="loftq", **fields))
    whole = logits(plain(tiny_model))
    assert (logits(nearer) - whole).norm() < 0.5 * (logits(usual) - whole).norm()
    before = logits(nearer)
    learn(nearer)
    with without_adapter(nearer):
        torch.testing.assert_close(logits(nearer), before)


def test_halves_of_bytes_are_counted_as_weights(way: Way) -> None:
    plain_words, held = how_many(prepared(way())), how_many(prepared(way(quantization="bnb-nf4")))
    assert plain_words == held
