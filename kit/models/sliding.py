"""Which layers of a model look back only part of the way, or keep a state instead, read from its config.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SHORT = ("sliding_attention", "chunked_attention")
_STATE = ("linear_attention", "conv", "mamba", "recurrent")  # of one size, however long the text
_KINDS = ("layer_types", "layers_block_type", "block_types")
_NONE: dict[str, int] = {}


def sliding(text: Mapping[str, Any], layers: int, context: int) -> dict[str, int]:
    """Return `sliding_window` and `sliding_layers` of the text model that `text` describes, or nothing.

    Newer files list the kind of every layer; in older ones the rhythm belongs to the design: Gemma 2 alternates,
    Gemma 3 looks back all the way in every sixth layer, Llama 4 in every fourth, Mistral 7B v0.1 in none. A window as
    wide as the context changes nothing and is left out.
    """
    window = text.get("sliding_window") or text.get("attention_chunk_size")
    if not isinstance(window, int) or window >= context or text.get("use_sliding_window") is False:
        return _NONE
    short = _listed(text) if isinstance(text.get("layer_types"), list) else _by_custom(text, layers)
    return {"sliding_window": window, "sliding_layers": short} if short else _NONE


def stateful(text: Mapping[str, Any], layers: int) -> int | None:
    """Return how many layers of the text model that `text` describes keep a state instead of keys and values."""
    for name in _KINDS:
        kinds = text.get(name)
        if isinstance(kinds, list):
            return sum(kind in _STATE for kind in kinds) or None
    step = text.get("full_attention_interval")  # Qwen3-Next before it listed its layers
    return layers - layers // step if isinstance(step, int) and step > 1 else None


def _listed(text: Mapping[str, Any]) -> int:
    return sum(kind in _SHORT for kind in text["layer_types"])


def _by_custom(text: Mapping[str, Any], layers: int) -> int:
    kind = str(text.get("model_type", ""))
    pattern = text.get("sliding_window_pattern")
    if isinstance(pattern, int) and pattern > 1:
        return layers - layers // pattern
    if kind.startswith("gemma3"):
        return layers - layers // 6
    if kind.startswith(("gemma2", "gpt_oss")):
        return layers - layers // 2
    if kind.startswith("llama4"):
        return layers - layers // 4
    if kind.startswith("qwen"):  # the first max_window_layers look back all the way
        full = text.get("max_window_layers")
        return max(0, layers - full) if isinstance(full, int) else layers
    return layers
