"""Which models can be written as GGUF, and what llama.cpp must be told of them. Light.

The keys are those of the GGUF specification; what each architecture does differently follows the code that runs it in
Transformers and in llama.cpp.
"""

from __future__ import annotations

import math
from typing import Any

from kit.i18n import _

# Transformers' model_type: what llama.cpp calls it.
ARCHITECTURES = {
    "llama": "llama",
    "mistral": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "gemma": "gemma",
    "gemma2": "gemma2",
}
# llama.cpp rotates neighbours where Transformers rotates halves: queries and keys are laid out anew.
INTERLEAVED = ("llama", "mistral")
# Their norms multiply by 1 + weight.
SHIFTED_NORMS = ("gemma", "gemma2")
_ROPES = ("default", "linear", "llama3", "yarn")


def why_not(config: dict[str, Any]) -> str:
    """Return, as a sentence, why a model with this config.json cannot be written as GGUF; "" when it can."""
    kind = config.get("model_type", "")
    if kind not in ARCHITECTURES:
        problem = _("models of type {kind!r} are not written as GGUF here; {known} are.")
        return problem.format(kind=kind, known=", ".join(ARCHITECTURES))
    if "quantization_config" in config:
        return _("its weights are quantized already.")
    rope = rope_of(config)["rope_type"]
    if rope not in _ROPES:
        return _("its positions are encoded in a way ({rope}) that is not written as GGUF here.").format(rope=rope)
    return ""


def rope_of(config: dict[str, Any]) -> dict[str, Any]:
    """Return how positions are encoded, as Transformers 5 writes it; earlier versions spread it over config.json."""
    written = dict(config.get("rope_parameters") or config.get("rope_scaling") or {})
    written.setdefault("rope_type", written.pop("type", None) or "default")
    written.setdefault("rope_theta", config.get("rope_theta") or 10000.0)
    return written


def head_size(config: dict[str, Any]) -> int:
    """Return the width of an attention head."""
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def metadata(config: dict[str, Any]) -> dict[str, Any]:
    """Return what llama.cpp must know, by key without the architecture's name before it."""
    size = head_size(config)
    found: dict[str, Any] = {
        "block_count": config["num_hidden_layers"],
        "context_length": _context(config),
        "embedding_length": config["hidden_size"],
        "feed_forward_length": config["intermediate_size"],
        "attention.head_count": config["num_attention_heads"],
        "attention.head_count_kv": config.get("num_key_value_heads") or config["num_attention_heads"],
        "attention.key_length": size,
        "attention.value_length": size,
        "attention.layer_norm_rms_epsilon": float(config.get("rms_norm_eps", 1e-6)),
        "vocab_size": config["vocab_size"],
        "rope.dimension_count": size,
        "rope.freq_base": float(rope_of(config)["rope_theta"]),
    }
    found |= _stretched(rope_of(config))
    if config["model_type"] == "gemma2":
        found |= {
            "attn_logit_softcapping": float(config["attn_logit_softcapping"]),
            "final_logit_softcapping": float(config["final_logit_softcapping"]),
            "attention.sliding_window": config["sliding_window"],
        }
    return found


def _context(config: dict[str, Any]) -> int:
    """Return how many tokens can be read; llama.cpp sees all of them where these models would see a window."""
    longest = int(config["max_position_embeddings"])
    window = config.get("sliding_window")
    if config["model_type"] == "gemma2" or not window or not config.get("use_sliding_window", True):
        return longest
    return min(longest, int(window))


def _stretched(rope: dict[str, Any]) -> dict[str, Any]:
    """Return how positions are stretched past the length of training."""
    if rope["rope_type"] not in ("linear", "yarn"):
        return {}
    found = {"rope.scaling.type": rope["rope_type"], "rope.scaling.factor": float(rope["factor"])}
    if rope["rope_type"] == "yarn":
        found["rope.scaling.original_context_length"] = int(rope["original_max_position_embeddings"])
        for ours, theirs in (("beta_fast", "yarn_beta_fast"), ("beta_slow", "yarn_beta_slow")):
            if rope.get(ours) is not None:
                found[f"rope.scaling.{theirs}"] = float(rope[ours])
    return found


def rope_factors(config: dict[str, Any]) -> list[float] | None:
    """Return what divides each frequency of Llama 3's positions; None where nothing does.

    Low frequencies are divided by `factor`, high ones are kept, those between pass over smoothly (Llama 3.1, as in
    `_compute_llama3_parameters` of Transformers).
    """
    rope = rope_of(config)
    if rope["rope_type"] != "llama3":
        return None
    size, factor = head_size(config), float(rope["factor"])
    low, high = float(rope["low_freq_factor"]), float(rope["high_freq_factor"])
    trained = float(rope["original_max_position_embeddings"])
    found = []
    for place in range(0, size, 2):
        turns = trained * rope["rope_theta"] ** (-place / size) / (2 * math.pi)  # within the length of training
        kept = min(max((turns - low) / (high - low), 0.0), 1.0)
        found.append(1 / ((1 - kept) / factor + kept))
    return found
