"""Every weight of a model trains.

The weights are in float32, whatever precision frozen weights would have. bf16 keeps 8 bits of a number: near 0.05 its
neighbours are 0.0002 apart, and a step of AdamW moves a weight by about the learning rate, so at 1e-5 nearly every step
would be rounded away. Products in bf16 are what ``mixed_precision="bf16"`` is for.
"""

from __future__ import annotations

from typing import Any

import torch

from kit.tuning.adapters.places import Place
from kit.tuning.adapters.targets import check_first_layer


def train_all(model: Any, *, first_layer: int = 0) -> Any:
    """Let every weight of `model` train; with `first_layer`, those of that layer, of later ones and of the output.

    Raises
    ------
    ParameterError
        The model has no such layer.
    """
    check_first_layer(model, first_layer)
    embeddings = {id(weight) for weight in model.get_input_embeddings().parameters()}
    for name, weight in model.named_parameters():
        layer = Place(name).layer
        below = id(weight) in embeddings if layer is None else layer < first_layer
        if not (first_layer and below):
            # A copy: what is mapped from the file would stay read-only, or follow the file.
            weight.data = weight.data.to(torch.float32, copy=True)
            weight.requires_grad_(True)
        else:
            weight.requires_grad_(False)
    return model
