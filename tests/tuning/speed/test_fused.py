"""Fused layers against the layers they stand for."""

from __future__ import annotations

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers.models.gemma.modeling_gemma import GemmaRMSNorm
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from kit.tuning.speed.fused import norm
from kit.tuning.speed.fused.layers import fuse_layers


def _adapted(**options: object) -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(12, 20), nn.Linear(20, 8))
    adapted = get_peft_model(model, LoraConfig(target_modules=["0", "1"], r=4, init_lora_weights=False, **options))
    return adapted.double().train()


def _outcome(model: nn.Module) -> list[torch.Tensor]:
    model.zero_grad()
    x = torch.linspace(-1, 1, 60, dtype=torch.float64).view(5, 12).requires_grad_()
    out = model(x)
    out.square().sum().backward()
    return [out.detach(), x.grad, *(w.grad for w in model.parameters() if w.requires_grad)]


def test_an_adapter_and_its_gradients() -> None:
    model = _adapted()
    wanted = _outcome(model)
    assert fuse_layers(model) == 2
    for found, plain in zip(_outcome(model), wanted, strict=True):
        torch.testing.assert_close(found, plain)


def test_a_switched_off_adapter_counts_nothing() -> None:
    model = _adapted()
    x = torch.ones(2, 12, dtype=torch.float64)
    with model.disable_adapter():
        wanted = model(x)
    fuse_layers(model)
    with model.disable_adapter():
        torch.testing.assert_close(model(x), wanted, rtol=0, atol=0)
    assert not torch.allclose(model(x), wanted)


@pytest.mark.parametrize("options", [{"lora_dropout": 0.1}, {"use_dora": True}])
def test_other_adapters_are_left_alone(options: dict[str, object]) -> None:
    assert fuse_layers(_adapted(**options)) == 0


def test_layers_are_fused_once() -> None:
    model = _adapted()
    assert [fuse_layers(model), fuse_layers(model)] == [2, 0]


def _norm(kind: type[nn.Module]) -> nn.Module:
    module = kind(16, eps=1e-5).double()
    nn.init.normal_(module.weight)
    return module.requires_grad_(False)


def test_a_norm_and_its_gradient() -> None:
    module = _norm(LlamaRMSNorm)
    found, wanted = (torch.linspace(-2, 3, 48, dtype=torch.float64).view(3, 16).requires_grad_() for _ in range(2))
    plain = wanted * (wanted.square().mean(-1, keepdim=True) + 1e-5).rsqrt() * module.weight
    assert norm.can_fuse(module)
    norm.fuse(module)
    weights = torch.linspace(0, 1, 48, dtype=torch.float64).view(3, 16)
    (plain * weights).sum().backward()
    (module(found) * weights).sum().backward()
    torch.testing.assert_close(module(found), plain)
    torch.testing.assert_close(found.grad, wanted.grad)


def test_a_norm_with_another_formula_is_left_alone() -> None:
    assert not norm.can_fuse(_norm(GemmaRMSNorm))


def test_a_norm_that_trains_is_left_alone() -> None:
    assert not norm.can_fuse(_norm(LlamaRMSNorm).requires_grad_(True))
