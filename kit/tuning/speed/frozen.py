"""What layers without an adapter compute is the same in every epoch: computed once for each row, and kept.

Layers before the first adapter are passed over by a gate on each of them, so the model stays one model with the names
it has: "lower" stops before the first adapter, "upper" begins there from what was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import torch
from torch import nn

from kit.tuning.estimate import MOST_STATES
from kit.tuning.speed.packed import Packed

_NORMS = ("norm", "final_layernorm", "final_layer_norm", "ln_f")
_SHARE = 0.1  # of the memory that is free when training begins

Key = tuple[tuple[int, ...], tuple[int, ...]]


class FrozenLayers:
    """The layers of `inner` before `first`, whose outputs are kept.

    Parameters
    ----------
    inner : Module
        A model without its output layer, of which `layers_of` knows the layers.
    first : int
        The first layer that trains, above 0.
    most_bytes : int, optional
        What may be kept; left out, a tenth of the memory that is free now, at most 4 GB.
    """

    def __init__(self, inner: nn.Module, first: int, *, most_bytes: int | None = None) -> None:
        self._inner = inner
        free = psutil.virtual_memory().available
        self._room = min(int(_SHARE * free), MOST_STATES) if most_bytes is None else most_bytes
        self._kept: dict[Key, torch.Tensor] = {}
        self._pass = "all"
        layers = list(layers_of(inner) or ())
        for layer in layers[:first]:
            self._gate(layer, "upper")
        for module in (*layers[first:], norm_of(inner)):
            self._gate(module, "lower")

    def __call__(self, rows: Packed, **inputs: Any) -> torch.Tensor:
        """Return what goes into the first layer that trains, [1, t, h]."""
        keys = _keys(rows)
        if all(key in self._kept for key in keys):
            return torch.cat([self._kept[key] for key in keys])[None]
        with torch.no_grad(), self._only("lower"):
            states: torch.Tensor = self._inner(input_ids=rows.ids, **inputs).last_hidden_state
        for key, part in zip(keys, states[0].split([len(tokens) for _, tokens in keys]), strict=True):
            self._keep(key, part)
        return states

    def finish(self, states: torch.Tensor, **inputs: Any) -> torch.Tensor:
        """Return what the layers from the first that trains on make of `states`."""
        with self._only("upper"):
            found: torch.Tensor = self._inner(inputs_embeds=states, **inputs).last_hidden_state
        return found

    def forget(self) -> None:
        """Keep nothing of what was computed until now."""
        self._room += sum(_size(states) for states in self._kept.values())
        self._kept.clear()

    def _keep(self, key: Key, states: torch.Tensor) -> None:
        if key not in self._kept and _size(states) <= self._room:
            self._kept[key] = states.clone()
            self._room -= _size(states)

    @contextmanager
    def _only(self, which: str) -> Iterator[None]:
        self._pass = which
        try:
            yield
        finally:
            self._pass = "all"

    def _gate(self, module: Any, passed_over: str) -> None:
        """Let `module` hand on what it gets while the other part is computed."""
        plain: Callable[..., Any] = module.forward

        def forward(states: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
            return states if self._pass == passed_over else plain(states, *args, **kwargs)

        module.forward = forward


def layers_of(inner: nn.Module) -> nn.ModuleList | None:
    """Return the layers of a model one after the other, or None where they cannot be told."""
    count = getattr(getattr(inner, "config", None), "num_hidden_layers", None)
    lists = [each for each in inner.children() if isinstance(each, nn.ModuleList) and len(each) == count]
    return lists[0] if len(lists) == 1 else None


def norm_of(inner: nn.Module) -> nn.Module | None:
    """Return the norm after the last layer, or None where there is none of a usual name."""
    return next((getattr(inner, name) for name in _NORMS if hasattr(inner, name)), None)


def can_keep(inner: nn.Module, first: int) -> bool:
    """Does nothing before layer `first` train, and does nothing there draw at random?"""
    layers = layers_of(inner)
    if layers is None or norm_of(inner) is None or not 0 < first < len(layers):
        return False
    upper = {id(weight) for part in (*layers[first:], norm_of(inner)) for weight in part.parameters()}
    trains = any(weight.requires_grad and id(weight) not in upper for weight in inner.parameters())
    lower = [module for layer in layers[:first] for module in layer.modules()]
    random = any(isinstance(module, nn.Dropout) and module.p > 0 for module in lower)
    return not trains and not random and not getattr(inner.config, "attention_dropout", 0)


def _keys(packed: Packed) -> list[Key]:
    """Return by what the beginning and each row are found again, in the order in which they stand."""
    ids = packed.ids[0].tolist()
    start = tuple(ids[: packed.shared])
    keys: list[Key] = [((), start)] if start else []
    for first, end in packed.spans:
        keys.append((start, tuple(ids[first:end])))
    return keys


def _size(states: torch.Tensor) -> int:
    return states.numel() * states.element_size()
