"""Which models have weights that groups of 4 bits can hold, told by config.json. Light."""

from __future__ import annotations

from typing import Any

from kit.i18n import _

_GROUP = 64  # as kit.quantization.int4.groups has it, which loads torch
_EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts")


def why_not(config: dict[str, Any]) -> str:
    """Return why a model of this config.json cannot be held in groups of 4 bits, as a sentence; "" when it can."""
    text = config.get("text_config") or config
    if config.get("is_encoder_decoder"):
        return _("only models of one stack of layers are taken apart, and this one has an encoder and a decoder")
    if any((text.get(name) or 0) > 1 for name in _EXPERTS):
        return _("its experts are no plain linear layers, so most of its weights would stay in 16 bits")
    width = text.get("hidden_size") or text.get("n_embd") or text.get("d_model")
    if width and width % _GROUP:
        reason = _("a group of {group} weights does not divide its width of {width}")
        return reason.format(group=_GROUP, width=width)
    return ""
