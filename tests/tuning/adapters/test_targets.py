"""Which layers get an adapter: by name, by pattern, all of them, from a layer on, whatever a model calls them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftConfig, PeftModel
from tinyadapters import Way, learn, logits, plain, prepared
from tinymodel import SHAPE, save_model
from transformers import GPT2Config, GPTNeoXConfig, LlamaConfig, MixtralConfig, OPTConfig, Qwen3MoeConfig

from kit.engines.hf.merge import merged_folder
from kit.errors import ParameterError, UnknownNameError
from kit.report import Report
from kit.tuning.adapters.saved import save_adapter

ATTENTION, MLP = ("q_proj", "k_proj", "v_proj", "o_proj"), ("gate_proj", "up_proj", "down_proj")
SMALL = {"vocab_size": 400, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
OTHERS = {
    "gpt2": (
        GPT2Config(vocab_size=400, n_embd=32, n_layer=2, n_head=4, initializer_range=0.15),
        {"c_attn", "c_proj", "c_fc"},
        "c_attn",
    ),
    "gpt_neox": (
        GPTNeoXConfig(**SMALL, intermediate_size=64, initializer_range=0.15),
        {"query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"},
        "query_key_value",
    ),
    "opt": (
        OPTConfig(**SMALL, ffn_dim=64, word_embed_proj_dim=16, init_std=0.15),
        {"q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2", "project_in", "project_out"},
        "q_proj",
    ),
}
SOME_EXPERTS = {"intermediate_size": 48, "num_key_value_heads": 2, "initializer_range": 0.15}
EXPERTS = {
    "mixtral": MixtralConfig(**SMALL, **SOME_EXPERTS, num_local_experts=4),
    "qwen3_moe": Qwen3MoeConfig(
        **SMALL, **SOME_EXPERTS, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, head_dim=8
    ),
}


def _adapted(model: Any) -> set[str]:
    """The full names of layers with an adapter, by looking for its weights."""
    ends = (".lora_A", ".lora_B", ".ia3_l")
    found = {name.split(end)[0] for name, _w in model.named_parameters() for end in ends if end in name}
    return {name.removeprefix("base_model.model.") for name in found}


def _layers(*ends: str, layers: tuple[int, ...] = (0, 1)) -> set[str]:
    parts = {**dict.fromkeys(ATTENTION, "self_attn"), **dict.fromkeys(MLP, "mlp")}
    return {f"model.layers.{i}.{parts[end]}.{end}" for i in layers for end in ends}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (("q_proj", "v_proj"), _layers("q_proj", "v_proj")),
        (("*.mlp.*",), _layers(*MLP)),
        (("mlp.*", "*.0.self_attn.o_proj"), _layers(*MLP) | _layers("o_proj", layers=(0,))),
        (("layers.1.*",), _layers(*ATTENTION, *MLP, layers=(1,))),
        (("*.[qk]_proj",), _layers("q_proj", "k_proj")),
        (("mlp.down_proj",), _layers("down_proj")),
        (("all-linear",), _layers(*ATTENTION, *MLP)),
        (("lm_head", "q_proj"), _layers("q_proj") | {"lm_head"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
@pytest.mark.parametrize("method", ["lora", "ia3"])
def test_what_a_target_means(way: Way, wanted: tuple[str, ...], expected: set[str], method: str) -> None:
    assert _adapted(prepared(way(method=method, target_modules=wanted))) == expected


@pytest.mark.parametrize("method", ["lora", "dora", "ia3"])
def test_nothing_below_the_first_layer(way: Way, method: str) -> None:
    asked = way(method=method, target_modules=("all-linear", "lm_head"), first_layer=1)
    assert _adapted(prepared(asked)) == _layers(*ATTENTION, *MLP, layers=(1,)) | {"lm_head"}


@pytest.mark.parametrize("method", ["lora", "ia3", "full"])
def test_a_layer_beyond_the_model_is_refused_with_the_last_one(way: Way, method: str) -> None:
    with pytest.raises(ParameterError, match="at most 1: the model has 2 layers") as caught:
        prepared(way(method=method, first_layer=2))
    assert (caught.value.parameter, caught.value.value) == ("first_layer", 2)


def test_targets_that_lie_below_the_first_layer_are_refused(way: Way) -> None:
    with pytest.raises(ParameterError, match="none of target_modules is in layer 1 or above"):
        prepared(way(target_modules=("layers.0.*",), first_layer=1))


@pytest.mark.parametrize(("item", "near"), [("v_prj", "v_proj"), ("al-linear", "all-linear")])
def test_an_unknown_name_is_refused_with_the_nearest(way: Way, item: str, near: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        prepared(way(target_modules=("q_proj", item)))
    assert (caught.value.value, caught.value.near) == (item, near)


def test_a_pattern_that_means_nothing_is_refused_with_a_full_name(way: Way) -> None:
    with pytest.raises(UnknownNameError, match=r"such as model\.layers\.0\.self_attn\.q_proj"):
        prepared(way(target_modules=("*.attention.*",)))


@pytest.mark.parametrize(
    ("fields", "modules", "layers"),
    [
        ({"target_modules": ("*.mlp.*",)}, [*sorted(MLP)], None),
        ({"target_modules": ("q_proj", "v_proj"), "first_layer": 1}, ["q_proj", "v_proj"], [1]),
        (
            {"target_modules": ("layers.0.self_attn.q_proj", "layers.1.mlp.up_proj")},
            ["model.layers.0.self_attn.q_proj", "model.layers.1.mlp.up_proj"],
            None,
        ),
    ],
    ids=["names", "names of some layers", "full names"],
)
def test_the_file_names_them_as_shortly_as_it_can(
    way: Way, tiny_model: Path, tmp_path: Path, fields: dict[str, Any], modules: list[str], layers: list[int] | None
) -> None:
    model = learn(prepared(way(**fields)))
    save_adapter(model, tmp_path / "adapter", base=str(tiny_model), hub_id=None, note={})
    config: Any = PeftConfig.from_pretrained(str(tmp_path / "adapter"))
    assert (sorted(config.target_modules), config.layers_to_transform) == (modules, layers)
    theirs: Any = PeftModel.from_pretrained(plain(tiny_model), str(tmp_path / "adapter"))
    torch.testing.assert_close(logits(theirs), logits(model))


@pytest.mark.parametrize("name", OTHERS)
def test_all_linear_on_other_architectures(way: Way, tmp_path: Path, name: str) -> None:
    config, ends, _some = OTHERS[name]
    folder = save_model(tmp_path / name, config)
    model = prepared(way(target_modules=("all-linear",)), folder)
    assert {layer.rpartition(".")[2] for layer in _adapted(model)} == ends
    _answers_in_plain_peft(model, folder, tmp_path)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("fields", [{"method": "dora"}, {"init_lora_weights": "pissa"}, {"method": "ia3"}], ids=str)
def test_methods_on_other_architectures(way: Way, tmp_path: Path, name: str, fields: dict[str, Any]) -> None:
    config, _ends, some = OTHERS[name]
    folder = save_model(tmp_path / name, config)
    target = ("fc2", some) if name == "opt" else (some,)
    _answers_in_plain_peft(prepared(way(target_modules=target, **fields), folder), folder, tmp_path)


@pytest.mark.parametrize("name", EXPERTS)
@pytest.mark.parametrize("wanted", [("experts",), ("*.mlp.experts.down_proj",), ("experts", "q_proj")], ids=str)
def test_experts_that_are_one_parameter(way: Way, tmp_path: Path, name: str, wanted: tuple[str, ...]) -> None:
    folder = save_model(tmp_path / name, EXPERTS[name])
    model = prepared(way(target_modules=wanted), folder)
    assert {weight.dtype for weight in model.parameters() if weight.requires_grad} == {torch.float32}
    _answers_in_plain_peft(model, folder, tmp_path)


@pytest.mark.parametrize("name", EXPERTS)
def test_experts_are_merged_for_others(way: Way, tmp_path: Path, name: str) -> None:
    folder = save_model(tmp_path / name, EXPERTS[name])
    model = learn(prepared(way(target_modules=("experts", "q_proj")), folder))
    save_adapter(model, tmp_path / "adapter", base=str(folder), hub_id=None, note={})
    merged = merged_folder(folder, tmp_path / "adapter", Report(tmp_path))
    torch.testing.assert_close(logits(plain(merged)), logits(model), rtol=1e-4, atol=1e-4)


def test_all_linear_leaves_experts_and_the_output_alone(way: Way, tmp_path: Path) -> None:
    folder = save_model(tmp_path / "moe", EXPERTS["mixtral"])
    found = _adapted(prepared(way(target_modules=("all-linear",)), folder))
    assert {name.rpartition(".")[2] for name in found} == set(ATTENTION)


def test_experts_above_a_layer_with_a_rank_of_their_own(way: Way, tmp_path: Path) -> None:
    folder = save_model(tmp_path / "moe", EXPERTS["qwen3_moe"])
    asked = way(target_modules=("experts",), first_layer=1, rank_pattern=("experts.down_proj=2",))
    model = prepared(asked, folder)
    shapes = {name: tuple(w.shape) for name, w in model.named_parameters() if "lora_A" in name}
    assert all(fnmatchcase(name, "*.layers.1.mlp.experts.*") for name in shapes)
    assert sorted(shape[0] for shape in shapes.values()) == [4 * 2, 4 * 4], "experts times rank"


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"dropout": 0.1}, "dropout"),
        ({"method": "dora"}, "method"),
        ({"init_lora_weights": "pissa"}, "init_lora_weights"),
        ({"method": "ia3"}, "target_modules"),
    ],
    ids=str,
)
def test_what_experts_cannot_have_is_refused(way: Way, tmp_path: Path, fields: dict[str, Any], parameter: str) -> None:
    folder = save_model(tmp_path / "moe", EXPERTS["mixtral"])
    with pytest.raises(ParameterError, match="expert") as caught:
        prepared(way(target_modules=("experts",), **fields), folder)
    assert caught.value.parameter == parameter


def test_a_tied_output_is_left_alone(way: Way, tmp_path: Path) -> None:
    folder = save_model(tmp_path / "tied", LlamaConfig(**SHAPE, tie_word_embeddings=True))
    assert _adapted(prepared(way(target_modules=("all-linear",)), folder)) == _layers(*ATTENTION, *MLP)


def _answers_in_plain_peft(model: Any, folder: Path, place: Path) -> None:
    before = logits(model)
    learn(model, rate=1.0)
    save_adapter(model, place / "adapter", base=str(folder), hub_id=None, note={})
    theirs: Any = PeftModel.from_pretrained(plain(folder), str(place / "adapter"))
    torch.testing.assert_close(logits(theirs), logits(model), rtol=1e-4, atol=1e-4)
    assert (logits(model) - before).abs().max() > 1e-3, "it learnt nothing: a weak test"
