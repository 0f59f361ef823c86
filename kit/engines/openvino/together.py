"""Which models OpenVINO reads many texts of at once. Light."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Each is compared with Transformers by a test; others may work, and say wrong things where they do not.
KINDS = frozenset(["gemma", "granite", "llama", "mistral", "olmo2", "phi3", "qwen2", "qwen3", "smollm3", "stablelm"])
_ROTATIONS = {"", "default", "linear", "llama3", "yarn"}  # that do not depend on how long a text is


def reads_together(config: Mapping[str, Any]) -> bool:
    """Can texts of the model with this config.json be read at once? Windows of attention, for one, get lost."""
    window = config.get("sliding_window") and config.get("use_sliding_window", True)
    layers = set(config.get("layer_types") or ["full_attention"])
    rotation = config.get("rope_parameters") or config.get("rope_scaling") or {}
    kind = rotation.get("rope_type") or rotation.get("type") or ""
    known = config.get("model_type") in KINDS and kind in _ROTATIONS
    return bool(known and not window and layers == {"full_attention"})
