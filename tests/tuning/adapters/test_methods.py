"""Every method trains, and what it leaves is loaded by plain peft on the model as everybody has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftConfig, PeftModel
from tinyadapters import Way, learn, logits, plain, prepared
from transformers import AutoTokenizer

from kit.tuning.adapters.saved import save_adapter
from kit.tuning.adapters.untuned import without_adapter

ADAPTERS: dict[str, dict[str, Any]] = {
    "lora": {},
    "gaussian": {"init_lora_weights": "gaussian"},
    "rslora": {"use_rslora": True},
    "ranks": {"target_modules": ("*.mlp.*", "q_proj"), "rank_pattern": ("layers.1.*=2", "down_proj=8")},
    "upper": {"target_modules": ("all-linear",), "first_layer": 1},
    "dora": {"method": "dora"},
    "pissa": {"init_lora_weights": "pissa"},
    "pissa of many ranks": {"init_lora_weights": "pissa", "use_rslora": True, "rank_pattern": ("v_proj=8",)},
    "ia3": {"method": "ia3", "target_modules": ("k_proj", "v_proj", "down_proj")},
    "prompt": {"method": "prompt", "virtual_tokens": 5},
}


def _saved(model: Any, folder: Path, base: Path) -> Path:
    save_adapter(model, folder / "adapter", base=str(base), hub_id=None, note={})
    return folder / "adapter"


@pytest.mark.parametrize("fields", ADAPTERS.values(), ids=ADAPTERS)
def test_plain_peft_answers_as_the_tuned_model(
    way: Way, tiny_model: Path, tmp_path: Path, fields: dict[str, Any]
) -> None:
    model = learn(prepared(way(**fields)))
    theirs: Any = PeftModel.from_pretrained(plain(tiny_model), str(_saved(model, tmp_path, tiny_model)))
    torch.testing.assert_close(logits(theirs)[:, -7:], logits(model), rtol=1e-4, atol=1e-4)
    assert (logits(model) - logits(plain(tiny_model))).abs().max() > 0.5, "it learnt nothing: a weak test"


@pytest.mark.parametrize("fields", [*ADAPTERS.values(), {"method": "full"}], ids=[*ADAPTERS, "full"])
def test_without_it_the_model_answers_as_before(way: Way, tiny_model: Path, fields: dict[str, Any]) -> None:
    model = learn(prepared(way(**fields)))
    tuned = logits(model)
    with without_adapter(model):
        torch.testing.assert_close(logits(model), logits(plain(tiny_model)), rtol=1e-4, atol=1e-4)
    assert torch.equal(logits(model), tuned)


@pytest.mark.parametrize("fields", ADAPTERS.values(), ids=ADAPTERS)
def test_what_trains_is_in_float32_on_a_bf16_base(way: Way, fields: dict[str, Any]) -> None:
    model = prepared(way(**fields), dtype=torch.bfloat16)
    kinds = {weight.requires_grad: set[torch.dtype]() for weight in model.parameters()}
    for weight in model.parameters():
        kinds[weight.requires_grad].add(weight.dtype)
    assert kinds == {True: {torch.float32}, False: {torch.bfloat16}}
    learn(model, steps=1)


def test_pissa_begins_as_the_model_itself(way: Way, tiny_model: Path) -> None:
    model = prepared(way(init_lora_weights="pissa"))
    torch.testing.assert_close(logits(model), logits(plain(tiny_model)), rtol=1e-4, atol=1e-4)
    with model.disable_adapter():
        assert (logits(model) - logits(plain(tiny_model))).abs().max() > 0.5, "the adapter holds nothing of the weights"


def test_pissa_holds_the_strongest_part_of_the_weights(way: Way, tiny_model: Path) -> None:
    """By numpy's own decomposition: the frozen rest has the singular values that are left."""
    model = prepared(way(init_lora_weights="pissa"))
    name = "model.layers.0.self_attn.q_proj"
    whole = torch.linalg.svdvals(plain(tiny_model).get_submodule(name).weight.double())
    rest = torch.linalg.svdvals(model.base_model.model.get_submodule(name).base_layer.weight.double())
    torch.testing.assert_close(rest[: len(whole) - 4], whole[4:], rtol=1e-4, atol=1e-5)


def test_a_converted_start_is_saved_as_plain_lora(way: Way, tiny_model: Path, tmp_path: Path) -> None:
    model = learn(prepared(way(init_lora_weights="pissa", rank_pattern=("v_proj=8",))))
    config: Any = PeftConfig.from_pretrained(str(_saved(model, tmp_path, tiny_model)))
    assert (config.r, config.lora_alpha, config.rank_pattern) == (8, 32.0, {"v_proj": 16})
    assert config.init_lora_weights is True


def test_ia3_scales_what_goes_into_the_second_layer(way: Way) -> None:
    model = prepared(way(method="ia3", target_modules=("k_proj", "down_proj")))
    sizes = {name.split(".")[-3]: weight.numel() for name, weight in model.named_parameters() if weight.requires_grad}
    assert sizes == {"k_proj": 32, "down_proj": 128}, "of keys what comes out, of the second layer what goes in"


def test_full_tuning_leaves_a_whole_model(way: Way, tiny_model: Path, tmp_path: Path) -> None:
    model = learn(prepared(way(method="full"), dtype=torch.bfloat16), rate=0.05)
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    folder = _saved(model, tmp_path, tiny_model)
    torch.testing.assert_close(logits(plain(folder)), logits(model))
    assert (
        AutoTokenizer.from_pretrained(folder)("up").input_ids
        == AutoTokenizer.from_pretrained(tiny_model)("up").input_ids
    )
    before = plain(tiny_model).state_dict()
    assert not any(torch.equal(weight, before[name]) for name, weight in plain(folder).state_dict().items())


def test_full_tuning_from_a_layer_on_leaves_the_lower_ones(way: Way) -> None:
    model = prepared(way(method="full", first_layer=1))
    frozen = {name for name, weight in model.named_parameters() if not weight.requires_grad}
    assert {name.split(".")[1] for name in frozen} == {"embed_tokens", "layers"}
    assert {name.split(".")[2] for name in frozen if ".layers." in name} == {"0"}
    assert any(name.startswith("model.norm") for name, weight in model.named_parameters() if weight.requires_grad)


def test_bf16_would_round_small_steps_away() -> None:
    """Why every weight is in float32 where every weight trains: AdamW moves each by about its learning rate."""
    moved = {}
    for dtype in (torch.bfloat16, torch.float32):
        torch.manual_seed(0)
        weight = torch.nn.Parameter(torch.randn(4000, dtype=dtype) * 0.05)
        before = weight.detach().clone()
        adamw = torch.optim.AdamW([weight], lr=1e-5, weight_decay=0.0)
        for _ in range(5):
            weight.grad = torch.ones_like(weight)
            adamw.step()
        moved[dtype] = float((weight != before).float().mean())
    assert moved[torch.float32] > 0.99
    assert moved[torch.bfloat16] < 0.3
