"""The matrices of a model that can have an adapter, by their full names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from torch import nn
from transformers.pytorch_utils import Conv1D

_LINEAR = (nn.Linear, Conv1D)  # the quantized layers of bitsandbytes are nn.Linear too
_NUMBER = re.compile(r"(?:^|\.)(\d+)(?:\.|$)")


@dataclass(frozen=True)
class Place:
    """One matrix that can have an adapter, or the matrices of all experts of a layer, which are one parameter.

    Parameters
    ----------
    name : str
        Full, such as "model.layers.3.mlp.down_proj"; of experts "model.layers.3.mlp.experts.down_proj".
    experts : bool
        A parameter of three dimensions, the first of which counts experts.
    """

    name: str
    experts: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The short names by which it is asked for."""
        first, _, last = self.name.rpartition(".")
        return (last, first.rpartition(".")[2]) if self.experts else (last,)

    @property
    def layer(self) -> int | None:
        """The number of its layer, None outside of them (the output)."""
        found = _NUMBER.search(self.name)
        return None if found is None else int(found[1])

    def is_called(self, wanted: str) -> bool:
        """Does `wanted` mean it: one of its names, the end of its full name, or a pattern on that?"""
        if wanted in self.names or self.name == wanted or self.name.endswith(f".{wanted}"):
            return True
        return is_pattern(wanted) and (fnmatchcase(self.name, wanted) or fnmatchcase(self.name, f"*.{wanted}"))


def is_pattern(text: str) -> bool:
    """Has `text` a place holder of the shell: a star, a question mark or a bracket?"""
    return any(sign in text for sign in "*?[")


def places_of(model: Any) -> list[Place]:
    """Return every place of `model`, in the order of its modules."""
    found = []
    for name, module in model.named_modules():
        if isinstance(module, _LINEAR):
            found.append(Place(name))
            continue
        stacks = [each for each, weight in module.named_parameters(recurse=False) if weight.ndim == 3]
        found += [Place(f"{name}.{each}", experts=True) for each in stacks]
    return found


def output_name(model: Any) -> str | None:
    """Return the full name of the output layer, where `model` has one."""
    output = model.get_output_embeddings()
    return next((name for name, module in model.named_modules() if module is output), None) if output else None


def layer_count(model: Any) -> int:
    """Return how many layers `model` has."""
    return int(model.config.get_text_config().num_hidden_layers)
