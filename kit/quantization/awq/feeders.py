"""What feeds some layers, and can be made smaller channel by channel so that they may be made greater.

Layers are fed by a norm when its output, that very tensor, is what they are given; or by a linear layer whose output is
multiplied by another's. Who feeds whom is never taken from the kind of model: it is tried, with powers of two, which
cost no digit, and holds where the block still says the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from kit.quantization.int4.walk import Stop

# The feeder of a layer whose input is a product or a mixture of its output: by the last part of their names.
_NAMED = {"down_proj": "up_proj", "o_proj": "v_proj", "w2": "w3"}
_SAME = 2e-2  # difference between equal blocks that bf16 explains, as a part of the whole


@dataclass(frozen=True, eq=False)
class Feeder:
    """A module whose output channels can be divided.

    Parameters
    ----------
    part : module
        With a weight, a row or a number for each channel.
    around_one : bool, default False
        Does it multiply by ``1 + weight``, as the norms of Gemma do?
    """

    part: Any
    around_one: bool = False

    def divide(self, scales: torch.Tensor) -> torch.Tensor:
        """Divide the output by `scales`, fp32 [channels]; return what it was divided by after rounding to bf16."""
        if isinstance(self.part, nn.Linear):
            self.part.weight.data = (self.part.weight.float() / scales.unsqueeze(1)).to(self.part.weight.dtype)
            return self._with_bias(scales)
        offset = 1.0 if self.around_one else 0.0
        before = self.part.weight.float() + offset
        self.part.weight.data = (before / scales - offset).to(self.part.weight.dtype)
        after = self.part.weight.float() + offset
        return self._with_bias(torch.where((before != 0) & (after != 0), before / after, scales))

    def _with_bias(self, scales: torch.Tensor) -> torch.Tensor:
        if getattr(self.part, "bias", None) is not None:
            self.part.bias.data = (self.part.bias.float() / scales).to(self.part.bias.dtype)
        return scales


def feeder_of(stop: Stop, layers: Sequence[str]) -> Feeder | None:
    """Return what feeds `layers` and can be divided without a change in what the block says; None: nothing."""
    width = stop.watch.layers[layers[0]].in_features
    for feeder in _likely(stop, layers):
        if len(feeder.part.weight) == width and _says_the_same(stop, feeder, layers):
            return feeder
    return None


def _likely(stop: Stop, layers: Sequence[str]) -> Iterator[Feeder]:
    norm = _norm_before(stop, layers)
    if norm is not None:
        yield Feeder(norm)
        yield Feeder(norm, around_one=True)
    path, _dot, last = layers[0].rpartition(".")
    named = stop.watch.layers.get(f"{path}.{_NAMED.get(last)}".lstrip("."))
    if named is not None and len(layers) == 1:
        yield Feeder(named)


def _norm_before(stop: Stop, layers: Sequence[str]) -> nn.Module | None:
    """Return the module with a number for each channel whose output `layers` are given; None: there is none."""
    made: dict[int, tuple[nn.Module, Any]] = {}  # the output is kept: else another could lie where it was
    found: list[nn.Module | None] = []

    def leave(part: nn.Module, _given: Any, output: Any) -> None:
        weight = getattr(part, "weight", None)
        if isinstance(output, torch.Tensor) and weight is not None and weight.dim() == 1:
            made[id(output)] = (part, output)

    def enter(_layer: nn.Module, given: tuple[Any, ...]) -> None:
        found.append(made.get(id(given[0]), (None, None))[0])

    hooks = [part.register_forward_hook(leave) for part in stop.block.modules()]
    hooks.append(stop.watch.layers[layers[0]].register_forward_pre_hook(enter))
    try:
        stop.sample.through(stop.block, stop.number)
    finally:
        for hook in hooks:
            hook.remove()
    return found[0] if found else None


def _says_the_same(stop: Stop, feeder: Feeder, layers: Sequence[str]) -> bool:
    """Does the block say the same once `feeder` is divided by powers of two and `layers` multiplied?"""
    before = stop.sample.through(stop.block, stop.number).float()
    parts = [feeder.part, *(stop.watch.layers[layer] for layer in layers)]
    with _put_back(parts):
        width = stop.watch.layers[layers[0]].in_features
        powers = torch.tensor([0.25, 1.0, 4.0], device=before.device).repeat(-(-width // 3))[:width]
        scales = feeder.divide(powers)
        for layer in layers:
            part = stop.watch.layers[layer]
            part.weight.data = (part.weight.float() * scales).to(part.weight.dtype)
        after = stop.sample.through(stop.block, stop.number).float()
    return bool((after - before).norm() <= _SAME * before.norm())


@contextlib.contextmanager
def _put_back(parts: Sequence[Any]) -> Iterator[None]:
    kept = [(weight, weight.data.clone()) for part in parts for weight in part.parameters(recurse=False)]
    try:
        yield
    finally:
        for weight, data in kept:
            weight.data = data
