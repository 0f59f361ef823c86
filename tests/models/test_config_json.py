"""Every design says the same things in its own words; figures are of published config.json files."""

from __future__ import annotations

from typing import Any

import pytest

from kit.errors import UnsupportedError
from kit.models.config_json import design
from kit.models.sliding import sliding

GPT2 = {"model_type": "gpt2", "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024, "vocab_size": 50257}
CHATGLM = {
    **{"model_type": "chatglm", "hidden_size": 4096, "num_attention_heads": 32, "num_layers": 28, "kv_channels": 128},
    **{"ffn_hidden_size": 13696, "multi_query_group_num": 2, "padded_vocab_size": 65024, "seq_length": 8192},
    **{"tie_word_embeddings": False},
}
FALCON = {
    **{"model_type": "falcon", "hidden_size": 4544, "num_attention_heads": 71, "num_hidden_layers": 32},
    **{"multi_query": True, "vocab_size": 65024, "new_decoder_architecture": False},
}
BASE = {"hidden_size": 64, "num_attention_heads": 4, "num_hidden_layers": 12, "vocab_size": 9, "intermediate_size": 8}


@pytest.mark.parametrize(
    ("config", "facts"),
    [
        (GPT2, {"layers": 12, "heads": 12, "kv_heads": 12, "intermediate_size": 3072, "context": 1024}),
        (GPT2, {"tied_embeddings": True, "modality": "text"}),
        (CHATGLM, {"kv_heads": 2, "head_dim": 128, "intermediate_size": 13696, "vocabulary": 65024, "context": 8192}),
        (FALCON, {"kv_heads": 1, "intermediate_size": 4 * 4544}),
    ],
)
def test_other_words_for_the_same(config: dict[str, Any], facts: dict[str, Any]) -> None:
    assert facts.items() <= design(config).items()


def test_what_stands_above_the_text_model_is_filled_in() -> None:
    facts = design({"model_type": "x", "tie_word_embeddings": True, "llm_config": BASE, "vision_config": {"a": 1}})
    assert facts["tied_embeddings"]
    assert facts["modality"] == "text+image"


def test_every_second_layer_of_a_mixture_may_be_dense() -> None:
    llama4 = {**BASE, "model_type": "llama4_text", "num_local_experts": 4, "interleave_moe_layer_step": 2}
    facts = design({**llama4, "intermediate_size_mlp": 16, "num_experts_per_tok": 1})
    assert (facts["dense_layers"], facts["dense_size"], facts["shared_size"]) == (6, 16, 8)


@pytest.mark.parametrize(
    "said",
    [{"mlp_layer_types": ["dense"] + 11 * ["sparse"]}, {"first_k_dense_replace": 1}, {"moe_layer_start_index": 1}],
)
def test_the_first_layer_of_a_mixture_may_be_dense(said: dict[str, Any]) -> None:
    facts = design({**BASE, "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 3, **said})
    assert (facts["dense_layers"], facts["dense_size"], facts["intermediate_size"]) == (1, 8, 3)


@pytest.mark.parametrize(
    ("said", "layers"),
    [
        ({"layer_types": 9 * ["linear_attention"] + 3 * ["full_attention"]}, 9),
        ({"layer_types": 8 * ["conv"] + 4 * ["full_attention"]}, 8),
        ({"layers_block_type": 11 * ["mamba"] + ["attention"]}, 11),
        ({"full_attention_interval": 4}, 9),
        ({"layer_types": 12 * ["full_attention"]}, None),
        ({}, None),
    ],
)
def test_layers_that_keep_a_state_are_counted(said: dict[str, Any], layers: int | None) -> None:
    assert design({**BASE, **said}).get("state_layers") == layers


@pytest.mark.parametrize("kind", [{"model_type": "bert"}, {"model_type": "t5", "is_encoder_decoder": True}])
def test_what_does_not_continue_text_is_refused(kind: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError, match=f"type {kind['model_type']} does not continue text"):
        design({**BASE, **kind})


def test_a_missing_figure_is_named() -> None:
    with pytest.raises(UnsupportedError, match="vocab_size"):
        design({name: value for name, value in BASE.items() if name != "vocab_size"})


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ({"model_type": "gemma2", "sliding_window": 4}, 6),
        ({"model_type": "gemma3_text", "sliding_window": 4}, 10),
        ({"model_type": "gemma3_text", "sliding_window": 4, "sliding_window_pattern": 4}, 9),
        ({"model_type": "mistral", "sliding_window": 4}, 12),
        ({"model_type": "llama4_text", "attention_chunk_size": 4}, 9),
        ({"model_type": "qwen2", "sliding_window": 4, "max_window_layers": 9}, 3),
        ({"sliding_window": 4, "layer_types": ["sliding_attention", "full_attention"] * 6}, 6),
    ],
)
def test_layers_that_look_back_only_so_far(text: dict[str, Any], layers: int) -> None:
    assert sliding(text, 12, 100) == {"sliding_window": 4, "sliding_layers": layers}


@pytest.mark.parametrize(
    "text",
    [
        {"model_type": "llama"},
        {"model_type": "mistral", "sliding_window": None},
        {"model_type": "phi3", "sliding_window": 262144},
        {"model_type": "qwen2", "sliding_window": 4, "use_sliding_window": False},
        {"sliding_window": 4, "layer_types": ["full_attention"] * 12},
    ],
)
def test_windows_that_change_nothing(text: dict[str, Any]) -> None:
    assert sliding(text, 12, 100) == {}
