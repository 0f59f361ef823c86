"""Let a model with LoRA see itself rounded while it trains."""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.lora import Linear
from torch import nn

from kit.errors import ParameterError
from kit.i18n import _
from kit.quantization.ao import fits
from kit.tuning.qat.layer import AwareLinear
from kit.tuning.qat.rounding import rounded


@torch.no_grad()
def make_aware(model: Any, method: str) -> Any:
    """Let every layer of `model` that `method` holds in integers compute with rounded weights; return the model.

    Layers without an adapter do not change while others train: they are rounded here, once.

    Parameters
    ----------
    model : PeftModel
        With LoRA on linear layers, as `kit.tuning.adapters` makes it.
    method : {"torchao-int8", "torchao-int4"}

    Raises
    ------
    ParameterError
        None of the layers with an adapter is one that `method` holds.
    """
    output = model.get_base_model().get_output_embeddings()
    adapted = {name: layer for name, layer in model.named_modules() if type(layer) is Linear}
    inner = {id(part) for layer in adapted.values() for part in layer.modules()} - {
        id(layer) for layer in adapted.values()
    }
    aware = 0
    for layer in adapted.values():
        base: Any = layer.get_base_layer()
        if output not in (layer, base) and fits(base, method):
            _become_aware(layer, method)
            aware += 1
    if not aware:
        allowed = _("left out: {method} holds none of the layers that have an adapter").format(method=method)
        raise ParameterError("quantization_aware", method, allowed=allowed)
    for layer in model.modules():
        if isinstance(layer, nn.Linear) and id(layer) not in inner and layer is not output and fits(layer, method):
            layer.weight.data = rounded(layer.weight, method).to(layer.weight.dtype)
    return model


def aware_layers(model: Any) -> dict[str, AwareLinear]:
    """Return the layers of `model` that compute with rounded weights and learn, by name."""
    return {name: layer for name, layer in model.named_modules() if isinstance(layer, AwareLinear)}


def _become_aware(layer: Any, method: str) -> None:
    layer.__class__ = AwareLinear  # its parameters keep their names, by which adapters are saved
    layer.rounding, layer._kept = method, None
