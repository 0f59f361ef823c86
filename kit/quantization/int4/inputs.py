"""What flows into the linear layers of a block while a model reads rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn


@dataclass(eq=False)
class Inputs:
    """What was seen of the inputs of some layers that are all given the same.

    Parameters
    ----------
    layers : list of str
        Which ones, by their names in the block.
    products : fp32 tensor [columns, columns]
        The sum of ``x xᵀ`` over all tokens.
    sizes : fp32 tensor [columns]
        The sum of ``|x|``.
    tokens : int
        How many were summed; 0 where no row came by, as in an expert that nobody asked.
    """

    layers: list[str]
    products: torch.Tensor
    sizes: torch.Tensor
    tokens: int = 0

    def add(self, given: torch.Tensor) -> None:
        """Take in `given` [tokens, columns]."""
        rows = given.float()
        self.products.addmm_(rows.T, rows)
        self.sizes += rows.abs().sum(0)
        self.tokens += len(rows)


@dataclass(eq=False)
class Watch:
    """Hears what flows into `layers` and keeps one `Inputs` for those that are given the same.

    Parameters
    ----------
    layers : dict of str to module
        By name; each is a linear layer.
    """

    layers: dict[str, nn.Linear]
    found: dict[str, Inputs] = field(default_factory=dict)
    real: torch.Tensor | None = None  # which places of the batch hold a token, bool [rows, length]
    _now: dict[int, str] = field(default_factory=dict)  # in this batch: an input, and the first layer it came to
    _held: list[Any] = field(default_factory=list)  # else a new input could be where an old one was

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Listen for as long as this context lasts."""
        hooks = [layer.register_forward_pre_hook(self._hook(name)) for name, layer in self.layers.items()]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def begin(self, real: torch.Tensor) -> None:
        """Forget what stands for one batch: the next one has tokens where `real` is true."""
        self.real = real
        self._now.clear()
        self._held.clear()

    def groups(self) -> list[Inputs]:
        """Return each `Inputs` once."""
        return list({id(each): each for each in self.found.values()}.values())

    def _hook(self, name: str) -> Any:
        def hear(_layer: nn.Module, given: tuple[torch.Tensor, ...]) -> None:
            flow = given[0]
            first = self._now.setdefault(id(flow), name)
            self._held.append(flow)
            if first != name and self.found.get(name, self.found[first]) is self.found[first]:
                if name not in self.found:
                    self.found[name] = self.found[first]
                    self.found[first].layers.append(name)
                return
            if name not in self.found:
                self.found[name] = _nothing_yet(name, flow)
            self.found[name].add(self._tokens(flow))

        return hear

    def _tokens(self, flow: torch.Tensor) -> torch.Tensor:
        if self.real is not None and flow.shape[:-1] == self.real.shape:
            return flow[self.real]
        return flow.reshape(-1, flow.shape[-1])  # chosen tokens, as an expert is given: all count


def _nothing_yet(name: str, flow: torch.Tensor) -> Inputs:
    columns = flow.shape[-1]
    products = torch.zeros(columns, columns, device=flow.device)
    return Inputs([name], products, torch.zeros(columns, device=flow.device))
