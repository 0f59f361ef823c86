"""Layers that see themselves rounded: what they multiply with, and what their gradients are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from kit.engines.hf.load import load_model
from kit.errors import ParameterError
from kit.quantization.ao import round_weights, rounded_layers
from kit.tuning.qat.aware import aware_layers, make_aware
from kit.tuning.qat.layer import AwareLinear, merged_weight
from kit.tuning.qat.rounding import rounded

METHODS = ("torchao-int8", "torchao-int4")
TARGETS = ["q_proj", "down_proj"]
IDS = torch.tensor([[1, 40, 300, 7, 12, 250, 3, 3]])

each_method = pytest.mark.parametrize("method", METHODS)


def _adapted(folder: Path, *, dtype: torch.dtype = torch.float32, learnt: bool = True) -> Any:
    model = load_model(folder, dtype=dtype, device=torch.device("cpu"))
    torch.manual_seed(0)
    config = LoraConfig(r=4, lora_alpha=8, target_modules=TARGETS, task_type="CAUSAL_LM", use_rslora=True)
    model = get_peft_model(model, config)
    if learnt:
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                nn.init.normal_(weight, std=0.05)
    return model


@each_method
@pytest.mark.parametrize("shape", [(128, 64), (48, 576)])
def test_rounded_weights_are_those_that_torchao_multiplies_with(method: str, shape: tuple[int, int]) -> None:
    torch.manual_seed(1)
    weight = torch.randn(shape) * 0.05
    layer = nn.Linear(shape[1], shape[0], bias=False, dtype=torch.bfloat16)
    layer.weight.data = weight.to(torch.bfloat16)
    holder = _Holder(layer)
    round_weights(holder, method)
    unit = torch.eye(shape[1], dtype=torch.bfloat16)
    assert torch.equal(rounded(weight, method), layer(unit).T)
    assert not torch.equal(rounded(weight, method), weight.to(torch.bfloat16))


class _Holder(nn.Module):
    device = torch.device("cpu")

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer

    def get_output_embeddings(self) -> None:
        """Have none."""


def _by_autograd(layer: AwareLinear, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Return output and gradients of x, A and B, all left to autograd but the rounding."""
    a, b = (part["default"].weight.detach().requires_grad_() for part in (layer.lora_A, layer.lora_B))
    whole = layer.get_base_layer().weight + layer.scaling["default"] * (b @ a)
    x = x.detach().requires_grad_()
    seen = whole + (rounded(whole, layer.rounding).float() - whole).detach()
    out = x @ seen.T
    out.square().sum().backward()
    return out.detach(), x.grad, a.grad, b.grad


@each_method
def test_gradients_are_those_of_rounding_taken_for_the_identity(tiny_model: Path, method: str) -> None:
    model = make_aware(_adapted(tiny_model), method)
    for layer in list(aware_layers(model).values())[:2]:
        x = torch.randn(2, 5, layer.in_features, requires_grad=True)
        out = layer(x)
        out.square().sum().backward()
        mine = (out, x.grad, layer.lora_A["default"].weight.grad, layer.lora_B["default"].weight.grad)
        for found, wanted in zip(mine, _by_autograd(layer, x), strict=True):
            torch.testing.assert_close(found.detach(), wanted, rtol=1e-5, atol=1e-4)


def _merged(model: Any, folder: Path) -> Any:
    """Return the model as it is held before it is rounded: plain, in bf16, adapters merged."""
    plain = load_model(folder, dtype=torch.bfloat16, device=torch.device("cpu"))
    for name, layer in aware_layers(model).items():
        plain.get_submodule(name.removeprefix("base_model.model.")).weight.data = merged_weight(layer)
    return plain


@each_method
@torch.no_grad()
def test_training_sees_the_weights_that_torchao_makes_of_the_merged_model(tiny_model: Path, method: str) -> None:
    """Of every layer, with an adapter or without; products in float32, so that nothing else differs."""
    model = make_aware(_adapted(tiny_model), method)
    held = _merged(model, tiny_model)
    round_weights(held, method)
    same = load_model(tiny_model, dtype=torch.float32, device=torch.device("cpu"))
    for name, layer in rounded_layers(same, method):
        unit = torch.eye(layer.in_features, dtype=torch.bfloat16)
        layer.weight.data = held.get_submodule(name)(unit).T.float()
    torch.testing.assert_close(model(IDS).logits, same(IDS).logits, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_the_model_that_torchao_holds_answers_as_training_saw(tiny_model: Path) -> None:
    model = make_aware(_adapted(tiny_model, dtype=torch.bfloat16), "torchao-int4")
    seen = model(IDS).logits.float()
    held = _merged(model, tiny_model)
    unrounded = held(IDS).logits.float()
    round_weights(held, "torchao-int4")
    assert _apart(held(IDS).logits.float(), seen) < 0.04, "more than products in bf16 differ by"
    assert _apart(unrounded, seen) > 0.2, "rounding hardly matters here: a weak test"


def _apart(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((found - wanted).norm() / wanted.norm())


@each_method
def test_it_follows_the_adapter_as_it_changes(tiny_model: Path, method: str) -> None:
    model = make_aware(_adapted(tiny_model), method)
    layer = next(iter(aware_layers(model).values()))
    before = layer.rounded_weight()
    assert layer.rounded_weight() is before, "rounded again for nothing"
    x = torch.randn(1, layer.in_features)
    optimizer = torch.optim.AdamW([layer.lora_B["default"].weight], lr=0.1)
    layer(x).sum().backward()
    optimizer.step()
    assert not torch.equal(layer.rounded_weight(), before)
    assert torch.equal(layer.rounded_weight(), rounded(merged_weight(layer), method).float())


@torch.no_grad()
def test_without_its_adapter_it_is_the_rounded_base(tiny_model: Path) -> None:
    model = make_aware(_adapted(tiny_model, dtype=torch.bfloat16), "torchao-int4")
    plain = load_model(tiny_model, dtype=torch.bfloat16, device=torch.device("cpu"))
    round_weights(plain, "torchao-int4")
    with model.disable_adapter():
        off = model(IDS).logits.float()
    wanted = plain(IDS).logits.float()
    assert _apart(off, wanted) < 0.04
    assert _apart(model(IDS).logits.float(), wanted) > 0.2, "the adapter changes nothing: a weak test"


def test_layers_that_no_method_holds_are_refused(tiny_model: Path) -> None:
    model = load_model(tiny_model, dtype=torch.float32, device=torch.device("cpu"))
    model = get_peft_model(model, LoraConfig(r=4, target_modules=["lm_head"], task_type="CAUSAL_LM"))
    with pytest.raises(ParameterError, match="none of the layers that have an adapter"):
        make_aware(model, "torchao-int8")
