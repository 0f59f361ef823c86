"""Which models OpenVINO's converter turns into graphs that remember keys and values. Light."""

from __future__ import annotations

from typing import Any

from kit.i18n import _

_ATTENTION = {"full_attention", "sliding_attention"}
_EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts")


def why_not(config: dict[str, Any]) -> str:
    """Return why a model with this config.json cannot become such a graph, as a sentence; "" when it can."""
    kind = config.get("model_type", "")
    if kind == "gemma2":
        return _("Its converted graph cannot read on after the first tokens.")
    if "num_attention_heads" not in config or set(config.get("layer_types") or ()) - _ATTENTION:
        return _("It remembers more than keys and values, and the graph would not.")
    if any((config.get(name) or 0) > 1 for name in _EXPERTS):
        return _("It chooses among experts, which the converter cannot follow.")
    return ""
