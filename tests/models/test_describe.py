"""A folder describes itself: figures of config.json, counts from headers, terms from its README."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.errors import KitError, ModelNotFoundError, UnsupportedError
from kit.models.describe import folder_card
from kit.models.tensors import weights_of, weights_of_folder

LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 400,
    "max_position_embeddings": 512,
}
COUNTED = 2 * (2 * 64 * 16 * (4 + 2) + 3 * 64 * 128 + 2 * 64) + 64 + 400 * 64


def header(path: Path, shapes: dict[str, list[int]], dtype: str = "BF16") -> None:
    """Write the head of a safetensors file whose weights are not there."""
    entries = {name: {"dtype": dtype, "shape": shape, "data_offsets": [0, 0]} for name, shape in shapes.items()}
    text = json.dumps({"__metadata__": {"format": "pt"}, **entries}).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text)


def model(folder: Path, **changes: Any) -> Path:
    (folder / "config.json").write_text(json.dumps({**LLAMA, **changes}))
    return folder


def test_a_saved_model_is_counted_from_its_headers(tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    saved = LlamaForCausalLM(LlamaConfig(**{k: v for k, v in LLAMA.items() if k != "model_type"}))
    saved.save_pretrained(tmp_path)
    card = folder_card(tmp_path)
    assert card.parameters == card.active_parameters == sum(p.numel() for p in saved.parameters())
    assert (card.layers, card.heads, card.kv_heads, card.head_size, card.context) == (2, 4, 2, 16, 512)
    assert not card.tied_embeddings
    assert (card.family, card.modality, card.licence, card.licence_commercial) == (
        "llama",
        "text",
        "unknown",
        "unknown",
    )
    assert card.path == str(tmp_path)


def test_without_weights_the_formula_counts(tmp_path: Path) -> None:
    card = folder_card(model(tmp_path, tie_word_embeddings=True))
    assert card.parameters == COUNTED
    assert folder_card(model(tmp_path, tie_word_embeddings=False)).parameters == COUNTED + 400 * 64


def test_the_names_of_the_weights_tell_whether_the_embedding_is_the_output_layer(tmp_path: Path) -> None:
    model(tmp_path, tie_word_embeddings=False)  # the file may be wrong; what is stored is not
    header(tmp_path / "model.safetensors", {"model.embed_tokens.weight": [400, 64], "model.norm.weight": [64]})
    card = folder_card(tmp_path)
    assert card.tied_embeddings
    assert card.parameters == 400 * 64 + 64


def test_packed_weights_are_counted_by_the_formula(tmp_path: Path) -> None:
    model(tmp_path, tie_word_embeddings=True, quantization_config={"quant_method": "bitsandbytes"})
    header(tmp_path / "model.safetensors", {"model.layers.0.mlp.up_proj.weight": [4096, 1]}, "U8")
    assert folder_card(tmp_path).parameters == COUNTED


def test_an_index_without_its_shards_tells_the_size(tmp_path: Path) -> None:
    model(tmp_path, torch_dtype="bfloat16")
    index = {
        "metadata": {"total_size": 2 * 50_000},
        "weight_map": {"lm_head.weight": "model-00001-of-00002.safetensors"},
    }
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    card = folder_card(tmp_path)
    assert card.parameters == 50_000
    assert not card.tied_embeddings
    index["metadata"] = {"total_parameters": 60_000, "total_size": 1}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    assert folder_card(tmp_path).parameters == 60_000


def test_a_model_that_sees_has_its_tower_apart(tmp_path: Path) -> None:
    config = {"model_type": "llava", "text_config": LLAMA, "vision_config": {"hidden_size": 8}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    shapes = {"vision_tower.a": [10, 10], "multi_modal_projector.b": [5], "language_model.c": [1000]}
    header(tmp_path / "model.safetensors", shapes)
    card = folder_card(tmp_path)
    assert (card.modality, card.parameters, card.vision_parameters, card.active_parameters) == (
        "text+image",
        1105,
        105,
        1000,
    )
    assert card.tasks == ("completion", "vision")


def test_a_mixture_tells_how_many_weights_work_on_a_token(tmp_path: Path) -> None:
    moe = {"model_type": "mixtral", "num_local_experts": 4, "num_experts_per_tok": 1, "tie_word_embeddings": True}
    card = folder_card(model(tmp_path, **moe))
    assert (card.experts, card.experts_per_token) == (4, 1)
    assert card.parameters - card.active_parameters == 2 * 3 * 3 * 64 * 128


def test_the_readme_and_the_template_are_read(tmp_path: Path) -> None:
    model(tmp_path, auto_map={"AutoModel": "x.py"})
    (tmp_path / "chat_template.jinja").write_text("{{ messages }}")
    (tmp_path / "README.md").write_text(
        "---\nlicense: apache-2.0\nlanguage: [en, de]\nbase_model: meta-llama/Llama-3.2-1B\n---\n# Mine\n"
    )
    card = folder_card(tmp_path, hub_id="me/mine")
    assert (card.licence, card.licence_commercial, card.base) == ("Apache-2.0", "yes", "meta-llama/Llama-3.2-1B")
    assert (card.languages, card.tasks, card.own_code) == (("en", "de"), ("chat", "completion"), True)
    assert (card.name, card.title) == ("me/mine", "mine")


def test_what_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"config\.json"):
        folder_card(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "unet"}))
    with pytest.raises(UnsupportedError, match="num_hidden_layers"):
        folder_card(tmp_path)
    with pytest.raises(KitError, match="kv_heads=3"):
        folder_card(model(tmp_path, num_key_value_heads=3))


def test_damaged_headers_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 20)
    assert weights_of_folder(tmp_path, {}).parameters is None
    assert weights_of({}).tied is None


def test_a_block_without_a_gate_is_counted_without_it(tmp_path: Path) -> None:
    gpt2 = {"model_type": "gpt2", "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024, "vocab_size": 50257}
    (tmp_path / "config.json").write_text(json.dumps(gpt2))
    assert folder_card(tmp_path).parameters == pytest.approx(124_439_808, rel=0.01)  # as OpenAI's weights have it


def test_a_tower_that_cannot_be_counted_is_said_to_be_missing(tmp_path: Path) -> None:
    model(tmp_path, vision_config={"hidden_size": 32})
    card = folder_card(tmp_path)
    assert card.modality == "text+image"
    assert card.unverified == ("parameters",)
