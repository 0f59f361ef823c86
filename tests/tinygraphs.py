"""Tiny models as graphs of other engines, written in this process, and what Transformers says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tinymodel import SHAPE, save_model
from transformers import (
    Gemma3TextConfig,
    GemmaConfig,
    GraniteConfig,
    LlamaConfig,
    MistralConfig,
    Olmo2Config,
    Phi3Config,
    Qwen2Config,
    Qwen3Config,
    SmolLM3Config,
    StableLmConfig,
)

TOKENS = [int(token) for token in np.random.default_rng(0).integers(3, 400, 300)]


def tiny(folder: Path, kind: str) -> Path:
    """Write a tiny model of `kind`: embeddings tied or not, heads as wide as the model or not, windows or not."""
    shape: dict[str, Any] = SHAPE
    rotation = {"rope_theta": 10000.0, "factor": 8.0, "original_max_position_embeddings": 64}
    configs: dict[str, Any] = {
        "llama": LlamaConfig(**shape, tie_word_embeddings=True),
        "qwen3": Qwen3Config(**shape, head_dim=32, tie_word_embeddings=False),
        "gemma3": Gemma3TextConfig(**shape, head_dim=16, query_pre_attn_scalar=16, sliding_window=8),
        "gemma": GemmaConfig(**shape, head_dim=16),
        "granite": GraniteConfig(**shape, attention_multiplier=0.2, residual_multiplier=0.5, logits_scaling=2.0),
        "mistral": MistralConfig(**shape, sliding_window=None),
        "mistral of windows": MistralConfig(**shape, sliding_window=8),
        "olmo2": Olmo2Config(**shape),
        "phi3": Phi3Config(**shape),
        "qwen2": Qwen2Config(**shape, use_sliding_window=False, sliding_window=8),
        "smollm3": SmolLM3Config(**shape, no_rope_layers=[1, 0]),
        "stablelm": StableLmConfig(**shape),
        "linear": LlamaConfig(**shape, rope_parameters={**rotation, "rope_type": "linear"}),
        "llama3": LlamaConfig(
            **shape,
            rope_parameters={**rotation, "rope_type": "llama3", "low_freq_factor": 1.0, "high_freq_factor": 4.0},
        ),
        "yarn": LlamaConfig(**shape, rope_parameters={**rotation, "rope_type": "yarn"}),
    }
    return save_model(folder / kind, configs[kind])


def logits(folder: Path, tokens: Sequence[int] = TOKENS) -> np.ndarray:
    """Return what Transformers says after each of `tokens`."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    with torch.inference_mode():
        found: np.ndarray = model(torch.tensor([list(tokens)])).logits[0].numpy()
    return found


def check_reading(decoder: Any, wanted: np.ndarray, close: Callable[..., Any]) -> None:
    """Check that `decoder` says the same in one go and in parts, at few places, after it forgot or began anew."""
    close(decoder.read(TOKENS, keep=len(TOKENS)), wanted)
    decoder.forget(290)
    kept = decoder.read(TOKENS[290:], keep=2)
    close(kept, wanted[-2:])
    before = kept.copy()
    decoder.forget(3)
    close(decoder.read(TOKENS[3:280], keep=1), wanted[279:280])
    for place in range(280, 284):
        close(decoder.read([TOKENS[place]], keep=1), wanted[place : place + 1])
    decoder.forget(0)
    close(decoder.read(TOKENS[:5], keep=5), wanted[:5])
    np.testing.assert_array_equal(kept, before)  # not changed by later calls


def agreement(one: np.ndarray, other: np.ndarray) -> float:
    """Return the correlation of two tables of logits, each place's mean taken away."""
    a, b = (table - table.mean(axis=-1, keepdims=True) for table in (one, other))
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


@pytest.fixture(scope="module", params=["llama", "qwen3"])
def tiny_kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model, of one kind and of another."""
    return tiny(tmp_path_factory.mktemp("tiny"), request.param)
