"""The KV cache takes what the cache of Transformers takes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tinymodel import SHAPE
from transformers import DeepseekV3Config, Gemma2Config, LlamaConfig, MistralConfig
from transformers.cache_utils import DynamicCache
from transformers.models.auto.modeling_auto import AutoModelForCausalLM

from kit.models import ModelCard, kv_cache_bytes

_CARD = {
    "name": "a",
    "title": "A",
    "hub_id": "a/a",
    "family": "a",
    "parameters": 10**6,
    "layers": SHAPE["num_hidden_layers"],
    "hidden_size": SHAPE["hidden_size"],
    "heads": SHAPE["num_attention_heads"],
    "kv_heads": SHAPE["num_key_value_heads"],
    "intermediate_size": SHAPE["intermediate_size"],
    "vocabulary": SHAPE["vocab_size"],
    "context": 512,
    "tied_embeddings": False,
    "licence": "mit",
    "licence_commercial": "yes",
    "gated": False,
    "tasks": ["classify"],
    "source": "here",
}
_LATENT = {"kv_lora_rank": 24, "q_lora_rank": 32, "qk_rope_head_dim": 8, "v_head_dim": 16, "qk_nope_head_dim": 16}
_NO_EXPERTS = {
    "first_k_dense_replace": 2,
    "n_routed_experts": 4,
    "num_experts_per_tok": 2,
    "n_group": 1,
    "topk_group": 1,
}


@pytest.mark.parametrize(
    ("config", "more"),
    [
        (LlamaConfig(**SHAPE), {}),
        (MistralConfig(**SHAPE, sliding_window=8), {"sliding_window": 8, "sliding_layers": 2}),
        (
            Gemma2Config(**SHAPE, sliding_window=8, head_dim=16),
            {"sliding_window": 8, "sliding_layers": 1, "head_dim": 16},
        ),
        (
            DeepseekV3Config(**SHAPE | {"num_key_value_heads": 4}, **_LATENT, **_NO_EXPERTS),
            {"kv_heads": 4, "kv_rank": 24, "query_rank": 32, "rope_head_dim": 8, "value_head_dim": 16, "head_dim": 24},
        ),
    ],
    ids=["grouped", "sliding", "every other sliding", "latent"],
)
@pytest.mark.parametrize("tokens", [5, 40])
def test_it_is_what_the_cache_of_transformers_holds(config: Any, more: dict[str, Any], tokens: int) -> None:
    model = AutoModelForCausalLM.from_config(config).eval()
    cache = DynamicCache(config=model.config)
    with torch.inference_mode():
        model(input_ids=torch.ones(3, tokens, dtype=torch.long), past_key_values=cache, use_cache=True)
    held = sum(part.nbytes for layer in cache.layers for part in (layer.keys, layer.values))
    predicted = kv_cache_bytes(ModelCard.from_dict(_CARD | more), tokens, bits=32, batch=3)
    # A sliding layer keeps one token less than its window: the next one makes it full.
    assert predicted == pytest.approx(held, rel=1 / 7 + 1e-9 if "sliding_window" in more and tokens > 8 else 1e-9)
