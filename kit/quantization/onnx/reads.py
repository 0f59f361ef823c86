"""Which models the builder of ONNX graphs writes rightly. Light.

Each was written with random weights and compared with Transformers, token by token; what the builder offers beside
these came out otherwise, or not at all (Gemma 3, OLMo, HunYuan, sliding windows of Mistral).
"""

from __future__ import annotations

from typing import Any

from kit.i18n import _

ARCHITECTURES = (
    "Ernie4_5ForCausalLM",
    "Gemma2ForCausalLM",
    "GemmaForCausalLM",
    "GraniteForCausalLM",
    "LlamaForCausalLM",
    "MistralForCausalLM",
    "Phi3ForCausalLM",
    "PhiForCausalLM",
    "Qwen2ForCausalLM",
    "Qwen3ForCausalLM",
    "SmolLM3ForCausalLM",
)
_WINDOWS = ("Gemma2ForCausalLM",)  # of which the sliding windows come out right


def why_not(config: dict[str, Any]) -> str:
    """Return why a model with this config.json cannot become an ONNX graph, as a sentence; "" when it can."""
    name = (config.get("architectures") or [""])[0]
    if name not in ARCHITECTURES:
        return _("The builder of ONNX graphs does not write {name} rightly, or not at all.").format(
            name=name or config.get("model_type", "")
        )
    widths = {config.get("hidden_size"), config.get("intermediate_size")}
    if config.get("vocab_size") in widths:  # the builder knows the output layer by its number of outputs
        return _(
            "Its vocabulary is as large as a layer is wide: the builder of ONNX graphs mistakes one for the other."
        )
    window = config.get("sliding_window") if config.get("use_sliding_window", True) else None
    if window and name not in _WINDOWS:
        return _("Its tokens see only the last {n}, which the builder of ONNX graphs does not write rightly.").format(
            n=window
        )
    return ""
