"""An adapter folder of peft as it lies on the disk: its configuration and the two matrices of each layer."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from kit.errors import UnsupportedError
from kit.i18n import _
from kit.models.folder import adapter_problem

PREFIX = "base_model.model."  # what peft puts before the name of a layer
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


@dataclass(frozen=True)
class Pair:
    """What LoRA adds to the weights of one layer: scaling · B A.

    Parameters
    ----------
    layer : str
        Full name in the model, without ".weight".
    a : Tensor [rank, inputs]
    b : Tensor [outputs, rank]
    scaling : float
    """

    layer: str
    a: torch.Tensor
    b: torch.Tensor
    scaling: float

    @property
    def rank(self) -> int:
        """The rank of this layer."""
        return len(self.a)


def read_config(folder: Path) -> dict[str, Any]:
    """Return the configuration of the adapter in `folder`.

    Raises
    ------
    ModelNotFoundError
        There is none, or it is damaged.
    UnsupportedError
        Its weights are pickles.
    """
    problem = adapter_problem(folder)
    if problem is not None:
        raise problem
    found: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    return found


def is_plain_lora(config: dict[str, Any]) -> bool:
    """Is it LoRA whose layers add scaling · B A and nothing else?"""
    more = ("use_dora", "modules_to_save", "target_parameters", "lora_bias", "trainable_token_indices", "alpha_pattern")
    return config.get("peft_type") == "LORA" and config.get("bias", "none") == "none" and not any(map(config.get, more))


def lora_pairs(folder: Path) -> Iterator[Pair]:
    """Yield what the plain LoRA in `folder` adds to each layer.

    Raises
    ------
    ModelNotFoundError, UnsupportedError
        It cannot be read, or is something else than plain LoRA.
    """
    config = read_config(folder)
    if not is_plain_lora(config):
        raise UnsupportedError(
            _("The adapter in {folder} is not plain LoRA.").format(folder=folder),
            fix=_("Merge it into its model, or tune with method='lora' on linear layers."),
        )
    weights: dict[str, torch.Tensor] = load_file(folder / WEIGHTS)
    for name in sorted(weights):
        if name.endswith(".lora_A.weight"):
            layer = name.removeprefix(PREFIX).removesuffix(".lora_A.weight")
            a, b = weights[name], weights[name.replace(".lora_A.", ".lora_B.")]
            root = math.sqrt(len(a)) if config.get("use_rslora") else len(a)
            yield Pair(layer, a.float(), b.float(), config["lora_alpha"] / root)
