"""What an adapter was before the first step, where it changes the model from the beginning (PiSSA, LoftQ).

Such an adapter begins as B0 A0 ≠ 0, and the frozen weights are not those of the model: W - s B0 A0 (PiSSA), or the
quantized W (LoftQ). What training adds to the model is s (B A - B0 A0), which is a LoRA of twice the rank on W:

    s [B, -B0] [A; A0],  with alpha chosen so that s stays (2 alpha, or with rsLoRA the root of 2 times alpha).

So it is kept like this, and plain peft puts it on the model as everybody has it.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import torch

from kit.tuning.layouts.shards import put_in_place

Tensors = dict[str, torch.Tensor]


def weights_of(model: Any) -> Tensors:
    """Return copies of the weights of `model` that train, by name."""
    return {name: weight.detach().clone() for name, weight in model.named_parameters() if weight.requires_grad}


@contextlib.contextmanager
def put_back(model: Any, start: Tensors) -> Iterator[None]:
    """Give `model` the weights in `start` inside the block."""
    weights = {name: weight for name, weight in model.named_parameters() if name in start}
    now = {name: put_in_place(weight, start[name]) for name, weight in weights.items()}
    try:
        yield
    finally:
        for name, weight in weights.items():
            put_in_place(weight, now[name])
        if hasattr(model, "reshard"):  # FSDP would go on with what it put together inside the block
            model.reshard()


def since_the_start(saved: Tensors, start: Tensors) -> Tensors:
    """Return the adapter `saved` less its start, at twice the rank.

    Parameters
    ----------
    saved : dict of str to Tensor
        As peft writes it: ``….lora_A.weight`` [rank, inputs], ``….lora_B.weight`` [outputs, rank].
    start : dict of str to Tensor
        As `weights_of` returned it, where names have the adapter's own (``default``) in them.
    """
    before = {name.replace(".default.", "."): weight.cpu() for name, weight in start.items()}
    found = {}
    for name, weight in saved.items():
        if ".lora_A." in name:
            found[name] = torch.cat([weight, before[name]], dim=0)
        elif ".lora_B." in name:
            found[name] = torch.cat([weight, -before[name]], dim=1)
        else:
            found[name] = weight
    return found


def config_since_the_start(config: dict[str, Any]) -> dict[str, Any]:
    """Return the ``adapter_config.json`` that goes with `since_the_start`."""
    grown = math.sqrt(2) if config.get("use_rslora") else 2
    return {
        **config,
        "r": config["r"] * 2,
        "lora_alpha": config["lora_alpha"] * grown,
        "rank_pattern": {name: rank * 2 for name, rank in (config.get("rank_pattern") or {}).items()},
        "init_lora_weights": True,
    }
