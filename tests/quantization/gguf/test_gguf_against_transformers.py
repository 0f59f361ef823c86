"""A GGUF file that was written here says in llama.cpp what the model says in Transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tinymodel import SHAPE, save_model

from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.llamacpp.decoder import LlamaDecoder
from kit.errors import Stopped, UnsupportedError
from kit.quantization import get_method
from kit.quantization.gguf.architecture import why_not
from kit.quantization.gguf.load import load
from kit.quantization.gguf.make import FILE, make
from kit.report import ListReport

LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}  # fmt: skip
YARN = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64}
TEXT = [3, 50, 17, 200, 301, 9, 41, 77, 120, 333, 8, 64, 99, 250] * 9


def config(kind: str, **more: Any) -> Any:
    from transformers import AutoConfig

    return AutoConfig.for_model(kind, **{**SHAPE, **more})


CASES = {
    "llama": config("llama"),
    "llama, tied, of odd heads": config("llama", tie_word_embeddings=True, num_attention_heads=2, head_dim=64),
    "llama 3": config("llama", rope_parameters=LLAMA3),
    "llama with biases": config("llama", attention_bias=True),
    "mistral": config("mistral", sliding_window=None),
    "qwen2": config("qwen2"),
    "qwen2, stretched": config("qwen2", rope_parameters=YARN),
    "qwen3": config("qwen3", head_dim=32, tie_word_embeddings=True),
    "gemma": config("gemma", head_dim=32, hidden_activation="gelu_pytorch_tanh"),
    "gemma2": config("gemma2", head_dim=32, query_pre_attn_scalar=32, sliding_window=256),
}


def made(folder: Path, into: Path, method: str, report: ListReport | None = None) -> Path:
    into.mkdir()
    make(folder, get_method(method), into, report or ListReport(into))
    return into / FILE


def saved(folder: Path, shape: Any) -> Path:
    """Write the model with biases and norms that are not what they begin with."""
    save_model(folder, shape)
    model = load_model(folder, dtype=torch.float32)
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained(folder)
    return folder


def logits_of(folder: Path, tokens: Sequence[int]) -> np.ndarray:
    model = load_model(folder, dtype=torch.float32)
    with torch.inference_mode():
        found: np.ndarray = model(input_ids=torch.tensor([list(tokens)])).logits[0].numpy()
    return found


@pytest.mark.parametrize("shape", CASES.values(), ids=list(CASES))
def test_logits_are_those_of_transformers(tmp_path: Path, shape: Any) -> None:
    folder = saved(tmp_path / "model", shape)
    file = made(folder, tmp_path / "made", "gguf-f16")
    decoder = LlamaDecoder(file, threads=1)
    try:
        found = decoder.read(TEXT, keep=len(TEXT))
    finally:
        decoder.close()
    wanted = logits_of(folder, TEXT)
    assert np.abs(found - wanted).max() < 0.02 * np.abs(wanted).max()
    assert decoder.context == 512


@pytest.fixture(scope="module")
def wide_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama whose rows blocks of 256 divide."""
    shape = {**SHAPE, "hidden_size": 256, "intermediate_size": 512, "initializer_range": 0.05}
    folder: Path = save_model(
        tmp_path_factory.mktemp("wide") / "llama", type(CASES["llama"])(**shape, tie_word_embeddings=True)
    )
    return folder


@pytest.mark.parametrize(
    ("method", "error"),
    [("gguf-bf16", 0.01), ("gguf-q8_0", 0.06), ("gguf-q6_k", 0.12), ("gguf-q5_k_m", 0.2), ("gguf-q4_k_m", 0.35),
     ("gguf-q4_0", 0.45)],
)  # fmt: skip
def test_fewer_bits_lose_more(wide_model: Path, tmp_path: Path, method: str, error: float) -> None:
    file = made(wide_model, tmp_path / "made", method)
    decoder = LlamaDecoder(file, threads=1)
    try:
        found, wanted = decoder.read(TEXT, keep=len(TEXT)), logits_of(wide_model, TEXT)
        assert np.sqrt(((found - wanted) ** 2).mean() / wanted.var()) < error
        assert decoder.file_size() == file.stat().st_size
        assert decoder.footprint() < decoder.file_size()
    finally:
        decoder.close()


def test_it_stops_when_asked_and_tells_how_far_it_is(tiny_model: Path, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    made(tiny_model, tmp_path / "made", "gguf-q8_0", report)
    told = [event for event in report.events if event["phase"] == "quantizing"]
    assert told[-1]["done"] == told[-1]["total"] == 3 + 9 * SHAPE["num_hidden_layers"]
    report.stop = True
    with pytest.raises(Stopped):
        made(tiny_model, tmp_path / "again", "gguf-q8_0", report)


def test_the_engine_reads_the_chat_template(tiny_model: Path, tmp_path: Path) -> None:
    import shutil

    file = made(tiny_model, tmp_path / "made", "gguf-f16")
    for path in tiny_model.iterdir():
        if path.suffix != ".safetensors":
            shutil.copy2(path, file.parent)
    engine = load(file.parent, get_method("gguf-f16"), 1)
    prompt = [{"role": "user", "content": "The price goes"}]
    assert engine.count_tokens(prompt) == len(
        load_tokenizer(tiny_model).apply_chat_template(prompt, add_generation_prompt=True)["input_ids"]
    )
    assert len(list(engine.generate(prompt, max_new_tokens=5, ignore_end=True))) == 5
    engine.close()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"model_type": "bert"}, "'bert'"), ({"quantization_config": {}}, "quantized already"),
     ({"rope_scaling": {"type": "dynamic", "factor": 2.0}}, "dynamic")],
)  # fmt: skip
def test_what_cannot_be_written_is_told_from_the_settings(changed: dict[str, Any], reason: str) -> None:
    shape = CASES["llama"].to_dict()
    assert why_not(shape) == ""
    shape.pop("rope_parameters", None)
    assert reason in why_not({**shape, **changed})


def test_weights_without_a_place_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = save_model(tmp_path / "model", CASES["llama"])
    weights = load_file(folder / "model.safetensors")
    save_file({**weights, "model.layers.0.mlp.gate_gate.weight": torch.zeros(2, 2)}, folder / "model.safetensors")
    with pytest.raises(UnsupportedError, match=r"no place for the weights model\.layers\.0\.mlp\.gate_gate"):
        made(folder, tmp_path / "made", "gguf-f16")
