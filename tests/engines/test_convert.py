"""A GGUF file becomes a folder that answers as the file does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from tinymodel import SHAPE, TEMPLATE
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from kit.engines.prepare import prepare, ready_folder
from kit.errors import ModelNotFoundError
from kit.models import GetSpec, locate
from kit.report import ListReport, Report

IDS = torch.tensor([[1, 40, 300, 7, 12, 350, 9]])
_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def write_gguf(path: Path, source: Path) -> dict[str, np.ndarray]:
    """Write the Llama in `source` in 8 bits, as llama.cpp's converter lays it out; return its weights as rounded."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_block_count(2)
    writer.add_context_length(512)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(50_000.0)
    writer.add_vocab_size(400)
    _write_tokenizer(writer, source)
    rounded = {}
    for name, weight in AutoModelForCausalLM.from_pretrained(str(source)).state_dict().items():
        kind = gguf.GGMLQuantizationType.Q8_0 if weight.ndim == 2 else gguf.GGMLQuantizationType.F32
        data = gguf.quantize(_permuted(name, weight.numpy()), kind)
        writer.add_tensor(_gguf_name(name), data, raw_dtype=kind)
        rounded[name] = gguf.dequantize(gguf.quantize(weight.numpy(), kind), kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return rounded


def _write_tokenizer(writer: gguf.GGUFWriter, source: Path) -> None:
    raw = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    tokens = sorted(raw["model"]["vocab"], key=raw["model"]["vocab"].get)
    tokens += [f"<unused{i}>" for i in range(400 - len(tokens))]
    special = gguf.TokenType.CONTROL
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types([special if i < 3 else gguf.TokenType.NORMAL for i in range(400)])
    writer.add_token_merges([" ".join(pair) for pair in raw["model"]["merges"]])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)


def _permuted(name: str, weight: np.ndarray) -> np.ndarray:
    """Interleave the halves of each head of queries and keys, as GGUF files have them for Llama."""
    heads = {"q_proj": SHAPE["num_attention_heads"], "k_proj": SHAPE["num_key_value_heads"]}.get(name.split(".")[-2])
    if heads is None:
        return weight
    apart = weight.reshape(int(heads), 2, -1, weight.shape[-1])
    return np.ascontiguousarray(apart.swapaxes(1, 2).reshape(weight.shape))


def _gguf_name(name: str) -> str:
    outer = {
        "model.embed_tokens.weight": "token_embd.weight",
        "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight",
    }
    if name in outer:
        return outer[name]
    _model, _layers, number, *middle, _weight = name.split(".")
    return f"blk.{number}.{_NAMES['.'.join(middle)]}.weight"


@pytest.fixture
def rounded(tmp_path: Path, tiny_model: Path) -> dict[str, np.ndarray]:
    return write_gguf(tmp_path / "tiny.gguf", tiny_model)


def _logits(folder: Path) -> torch.Tensor:
    model: Any = AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.float32)
    with torch.inference_mode():
        logits: torch.Tensor = model(IDS).logits
    return logits


def test_the_folder_answers_as_the_file(tmp_path: Path, tiny_model: Path, rounded: dict[str, np.ndarray]) -> None:
    report = ListReport(tmp_path)
    folder, location = ready_folder(str(tmp_path / "tiny.gguf"), report)
    config = AutoConfig.from_pretrained(str(tiny_model))
    config.rope_parameters["rope_theta"] = 50_000.0
    reference: Any = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    reference.load_state_dict({name: torch.tensor(weight) for name, weight in rounded.items()})
    with torch.inference_mode():
        torch.testing.assert_close(_logits(folder), reference.eval()(IDS).logits, rtol=1e-4, atol=1e-4)
    assert location.note == "The weights were 8-bit (Q8_0) once."
    assert [event["phase"] for event in report.events if event["kind"] == "progress"][-1] == "converting"


def test_tokenizer_and_template_come_along(tmp_path: Path, tiny_model: Path, rounded: dict[str, np.ndarray]) -> None:
    folder, _location = ready_folder(str(tmp_path / "tiny.gguf"), Report(tmp_path))
    ours, theirs = AutoTokenizer.from_pretrained(str(folder)), AutoTokenizer.from_pretrained(str(tiny_model))
    for text in ("The price of the share goes up. 你好 😀", "<|im_start|>user\nfällt<|im_end|>\n"):
        assert ours(text, add_special_tokens=False)["input_ids"] == theirs(text, add_special_tokens=False)["input_ids"]
    assert ours.chat_template == TEMPLATE
    assert ours.eos_token == "<|im_end|>"


def test_the_folder_is_marked_and_made_once(tmp_path: Path, rounded: dict[str, np.ndarray]) -> None:
    name = str(tmp_path / "tiny.gguf")
    result = prepare(GetSpec(name=name), Report(tmp_path))
    folder = Path(result.facts["folder"])
    assert locate(name).path == folder
    written = (folder / "model.safetensors").stat().st_mtime_ns
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["rope_theta"] == 50_000.0, "Transformers 4 looks for it here"
    assert "quantization_config" not in config
    assert result.metrics["file_size_mib"] == (folder / "model.safetensors").stat().st_size / 2**20
    again = prepare(GetSpec(name=name), Report(tmp_path))
    assert again.facts == result.facts
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    assert [path.name for path in folder.parent.iterdir()] == [folder.name], "something half-made was left"


def test_a_file_of_no_known_model_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "odd.gguf"
    writer = gguf.GGUFWriter(path, "no-such-architecture")
    writer.add_tensor("a.weight", np.ones((4, 32), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ModelNotFoundError, match=r"odd\.gguf cannot be read as a model"):
        ready_folder(str(path), Report(tmp_path))
    assert not list((tmp_path / "tunebook-cache" / "models").iterdir())
