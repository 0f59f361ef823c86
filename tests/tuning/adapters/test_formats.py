"""What vLLM and llama.cpp can load: told from the folder, and held against readers written a second time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from tinyadapters import Way, learn, logits, plain, prepared
from tinymodel import SHAPE, save_model
from transformers import GPT2Config, MixtralConfig, Qwen2Config, Qwen3Config

from kit.errors import ParameterError, UnsupportedError
from kit.tuning.adapters.formats import check_format, obstacles
from kit.tuning.adapters.gguf import write_gguf_adapter
from kit.tuning.adapters.saved import save_adapter
from kit.tuning.adapters.vllm import write_vllm_adapter

Deltas = dict[str, torch.Tensor]

LOADABLE: dict[str, dict[str, Any]] = {
    "lora": {},
    "rslora": {"use_rslora": True},
    "upper": {"target_modules": ("all-linear",), "first_layer": 1},
    "pissa": {"init_lora_weights": "pissa"},
}
RANKS: dict[str, Any] = {
    "target_modules": ("all-linear",),
    "use_rslora": True,
    "rank_pattern": ("down_proj=2", "q_proj=8"),
}


def _adapter(way: Way, base: Path, place: Path, **fields: Any) -> Path:
    model = learn(prepared(way(**fields), base))
    save_adapter(model, place / "adapter", base=str(base), hub_id=None, note={})
    return place / "adapter"


def _by_peft(folder: Path, base: Path) -> Deltas:
    """What the adapter adds to each weight, by merging it with plain peft."""
    before = plain(base).state_dict()
    merged = PeftModel.from_pretrained(plain(base), str(folder)).merge_and_unload().state_dict()
    found = {name: merged[name] - weight for name, weight in before.items()}
    return {name: delta for name, delta in found.items() if delta.abs().max() > 0}


def _by_vllm(folder: Path) -> Deltas:
    """What vLLM makes of a folder: its names taken apart from behind, one scaling for all."""
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    scaling = config["lora_alpha"] / (config["r"] ** 0.5 if config["use_rslora"] else config["r"])
    sides: dict[str, Deltas] = {"lora_A": {}, "lora_B": {}}
    for name, tensor in load_file(folder / "adapter_model.safetensors").items():
        parts = name.split(".")
        assert parts[:2] == ["base_model", "model"]
        assert parts[-1] == "weight"
        sides[parts[-2]][".".join([*parts[2:-2], "weight"])] = tensor
    return {name: scaling * sides["lora_B"][name] @ a for name, a in sides["lora_A"].items()}


def _by_llama_cpp(file: Path) -> Deltas:
    """What llama.cpp makes of a file: alpha / rank of each layer; names are its own."""
    reader = gguf.GGUFReader(file)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    assert (fields["general.type"], fields["adapter.type"]) == ("adapter", "lora")
    tensors = {tensor.name: torch.from_numpy(tensor.data.copy()) for tensor in reader.tensors}
    names = [name.removesuffix(".lora_a") for name in tensors if name.endswith(".lora_a")]
    scaling = {name: fields["adapter.lora.alpha"] / tensors[f"{name}.lora_a"].shape[0] for name in names}
    return {name: scaling[name] * tensors[f"{name}.lora_b"] @ tensors[f"{name}.lora_a"] for name in names}


_LLAMA_CPP = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def _their_name(name: str) -> str:
    _model, _layers, number, part, end, _weight = name.split(".")
    return f"blk.{number}.{_LLAMA_CPP[f'{part}.{end}']}.weight"


def _in_their_order(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """Row by row: of each head the first of the lower half, the first of the upper half, the second of the lower ..."""
    size = len(rows) // heads
    order = [head * size + half * size // 2 + i for head in range(heads) for i in range(size // 2) for half in range(2)]
    return rows[order]


def _assert_equal(found: Deltas, expected: Deltas) -> None:
    assert set(found) == set(expected)
    for name, delta in expected.items():
        torch.testing.assert_close(found[name], delta, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("fields", LOADABLE.values(), ids=LOADABLE)
def test_vllm_reads_the_folder_as_it_is(way: Way, tiny_model: Path, tmp_path: Path, fields: dict[str, Any]) -> None:
    folder = _adapter(way, tiny_model, tmp_path, **fields)
    assert obstacles(folder, "vllm") == []
    _assert_equal(_by_vllm(folder), _by_peft(folder, tiny_model))


def test_ranks_of_layers_would_be_misread_and_are_written_anew(way: Way, tiny_model: Path, tmp_path: Path) -> None:
    folder = _adapter(way, tiny_model, tmp_path, **RANKS)
    misread, expected = _by_vllm(folder), _by_peft(folder, tiny_model)
    name = "model.layers.0.mlp.down_proj.weight"
    assert (misread[name] - expected[name]).norm() > 0.1 * expected[name].norm()
    assert any("ranks of their own" in each for each in obstacles(folder, "vllm"))
    anew = write_vllm_adapter(folder, tmp_path / "vllm")
    assert obstacles(anew, "vllm") == []
    _assert_equal(_by_vllm(anew), expected)
    _assert_equal(_by_peft(anew, tiny_model), expected)


def test_a_rank_above_that_of_the_server_is_told(way: Way, tiny_model: Path, tmp_path: Path) -> None:
    folder = _adapter(way, tiny_model, tmp_path, rank=32)
    assert "--max-lora-rank 32" in obstacles(folder, "vllm")[0]
    assert obstacles(folder, "vllm", max_lora_rank=32) == obstacles(folder, "llama.cpp") == []
    with pytest.raises(UnsupportedError, match="--max-lora-rank 32"):
        write_vllm_adapter(folder, tmp_path / "vllm")
    assert not (tmp_path / "vllm").exists()


@pytest.mark.parametrize("program", ["vllm", "llama.cpp"])
@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"method": "dora"}, "DoRA"),
        ({"method": "ia3", "target_modules": ("k_proj", "down_proj")}, "IA3"),
        ({"method": "prompt"}, "PROMPT_TUNING"),
    ],
    ids=["dora", "ia3", "prompt"],
)
def test_other_methods_are_refused_by_name(
    way: Way, tiny_model: Path, tmp_path: Path, fields: dict[str, Any], word: str, program: str
) -> None:
    folder = _adapter(way, tiny_model, tmp_path, **fields)
    assert word in obstacles(folder, program)[0]
    with pytest.raises(UnsupportedError, match=word):
        check_format(folder, program)
    with pytest.raises(UnsupportedError):
        write_gguf_adapter(folder, tmp_path / "a.gguf", base=tiny_model)
    assert not (tmp_path / "a.gguf").exists()


def test_what_others_train_beside_is_told(way: Way, tiny_model: Path, tmp_path: Path) -> None:
    folder = _adapter(way, tiny_model, tmp_path)
    file = folder / "adapter_config.json"
    usual = json.loads(file.read_text(encoding="utf-8"))
    for more in ({"modules_to_save": ["lm_head"]}, {"bias": "all"}, {"lora_bias": True}):
        file.write_text(json.dumps({**usual, **more}), encoding="utf-8")
        assert len(obstacles(folder, "vllm")) == len(obstacles(folder, "llama.cpp")) == 1
    file.write_text(json.dumps(usual), encoding="utf-8")
    weights = load_file(folder / "adapter_model.safetensors")
    save_file({**weights, "base_model.model.lm_head.weight": torch.ones(2, 2)}, folder / "adapter_model.safetensors")
    assert "base_model.model.lm_head.weight" in obstacles(folder, "vllm")[0]
    with pytest.raises(ParameterError, match=r"llama\.cpp"):
        obstacles(folder, "ollama")


def test_experts_are_told(way: Way, tmp_path: Path) -> None:
    config = MixtralConfig(**SHAPE, num_local_experts=2)
    folder = _adapter(way, save_model(tmp_path / "moe", config), tmp_path, target_modules=("experts",))
    assert "Experts" in obstacles(folder, "vllm")[0]


@pytest.mark.parametrize("fields", [*LOADABLE.values(), RANKS], ids=[*LOADABLE, "ranks"])
def test_llama_cpp_reads_what_peft_adds(way: Way, tiny_model: Path, tmp_path: Path, fields: dict[str, Any]) -> None:
    folder = _adapter(way, tiny_model, tmp_path, **fields)
    assert obstacles(folder, "llama.cpp") == []
    file = write_gguf_adapter(folder, tmp_path / "adapter.gguf", base=tiny_model)
    heads = {"q_proj": SHAPE["num_attention_heads"], "k_proj": SHAPE["num_key_value_heads"]}
    expected = {}
    for name, delta in _by_peft(folder, tiny_model).items():
        end = name.split(".")[-2]
        expected[_their_name(name)] = _in_their_order(delta, heads[end]) if end in heads else delta
    _assert_equal(_by_llama_cpp(file), expected)
    assert gguf.GGUFReader(file).fields["general.architecture"].contents() == "llama"


@pytest.mark.parametrize(("config", "called"), [(Qwen2Config, "qwen2"), (Qwen3Config, "qwen3")])
def test_rows_of_qwen_stay_in_their_order(way: Way, tmp_path: Path, config: Any, called: str) -> None:
    base = save_model(tmp_path / "qwen", config(**SHAPE, **({"head_dim": 16} if called == "qwen3" else {})))
    folder = _adapter(way, base, tmp_path, target_modules=("q_proj", "k_proj", "down_proj"))
    file = write_gguf_adapter(folder, tmp_path / "adapter.gguf", base=base)
    _assert_equal(_by_llama_cpp(file), {_their_name(name): d for name, d in _by_peft(folder, base).items()})
    assert gguf.GGUFReader(file).fields["general.architecture"].contents() == called


def test_what_llama_cpp_has_no_place_for_is_refused(way: Way, tiny_model: Path, tmp_path: Path) -> None:
    folder = _adapter(way, tiny_model, tmp_path, target_modules=("q_proj", "lm_head"))
    with pytest.raises(UnsupportedError, match="lm_head"):
        write_gguf_adapter(folder, tmp_path / "adapter.gguf", base=tiny_model)
    assert sorted(path.name for path in tmp_path.iterdir() if "gguf" in path.name) == []
    assert obstacles(folder, "vllm") == []
    folder = _adapter(way, tiny_model, tmp_path)
    other = save_model(tmp_path / "gpt2", GPT2Config(vocab_size=400, n_embd=32, n_layer=2, n_head=4))
    with pytest.raises(UnsupportedError, match="GPT2LMHeadModel"):
        write_gguf_adapter(folder, tmp_path / "adapter.gguf", base=other)


def test_the_new_folder_answers_as_the_tuned_model(way: Way, tiny_model: Path, tmp_path: Path) -> None:
    model = learn(prepared(way(**RANKS)))
    save_adapter(model, tmp_path / "adapter", base=str(tiny_model), hub_id=None, note={})
    anew = write_vllm_adapter(tmp_path / "adapter", tmp_path / "vllm")
    theirs: Any = PeftModel.from_pretrained(plain(tiny_model), str(anew))
    torch.testing.assert_close(logits(theirs), logits(model), rtol=1e-4, atol=1e-4)
