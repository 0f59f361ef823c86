"""Every process holds the whole model and reads rows of its own (data parallel); also one process alone.

The gradients are sums over all rows, so the processes add theirs up, once a step. This is also the ground on which the
other layouts stand: they change what their way of dividing the model changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
import torch.distributed as dist
from torch import nn

from kit.tuning.checkpoint import Tensors
from kit.tuning.example import Example
from kit.tuning.layouts.gradients import clip, sum_gradients
from kit.tuning.layouts.places import Places
from kit.tuning.layouts.shards import spread_like, whole
from kit.tuning.loss import AnswerLoss


class Layout:
    """How the processes of a tuning share rows and model; here each has the whole model.

    Parameters
    ----------
    loss : AnswerLoss
        Of the model, which the layout divides as it is made.
    places : Places

    Attributes
    ----------
    divided : bool
        Does each process hold only parts of the weights?
    shapes : dict of str to tuple
        Of the whole weights that train, by name.
    weights : dict of str to Parameter
        What this process holds of them.
    """

    divided = False

    def __init__(self, loss: AnswerLoss, places: Places) -> None:
        self.loss, self.places = loss, places
        named = [(name, p) for name, p in loss.model.named_parameters() if p.requires_grad]
        self.shapes = {name: tuple(p.shape) for name, p in named}
        if places.mesh is not None:
            for _name, weight in named:  # drawn alike in each process, but perhaps not to the last bit
                first = weight.detach().to(places.device)
                dist.broadcast(first, 0)
                weight.data.copy_(first)
        self._divide()
        self.weights = {name: p for name, p in loss.model.named_parameters() if p.requires_grad}

    @property
    def readers(self) -> int:
        """In how many parts the rows of a step are read."""
        return self.places.readers

    @property
    def draws_as(self) -> int:
        """The number by which this process draws what is random; processes that must draw alike have the same."""
        return self.places.reader

    def backward(self, rows: Sequence[Example], *, size: int, weight: float) -> torch.Tensor:
        """Add the gradients of `weight` times the loss of `rows`, and return that loss: of all processes together.

        Parameters
        ----------
        rows : sequence of Example
            Of the whole step, the same in every process.
        size : int
            How many rows a process reads at a time.
        """
        total = torch.zeros((), device=self.places.device)
        for part in self._parts(rows, size):
            loss = self._loss_of(part) * weight
            loss.backward()
            total += loss.detach()
        self._sum_gradients()
        return self.places.sum(total, "readers")

    def clip(self, most: float) -> float:
        """Shorten the gradients of all processes together to at most `most`, and return how long they were."""
        return clip(list(self.weights.values()), most, self._sum_of_others)

    def told_by_the_first(self, flag: bool) -> bool:
        """Return the `flag` of the first process; all must ask together."""
        told = torch.tensor(flag, dtype=torch.uint8, device=self.places.device)
        if self.places.mesh is not None:
            dist.broadcast(told, 0)
        return bool(told)

    def whole(self, tensors: Tensors) -> Tensors:
        """Return tensors of this process put together with those of others, as one process alone would have them.

        All processes must ask together; the first one gets everything.
        """
        return {name: whole(tensor) for name, tensor in tensors.items()}

    def spread(self, tensor: torch.Tensor, name: str) -> torch.Tensor:
        """Return of a whole tensor what this process holds of it, as of the weight `name`; a number stays as it is."""
        if tensor.dim() == 0:
            return tensor
        return spread_like(tensor, self.weights[name])

    def _divide(self) -> None:
        """Change the model so that this process holds its part."""

    def _parts(self, rows: Sequence[Example], size: int) -> list[Sequence[Example]]:
        mine = rows[self.places.reader :: self.places.readers]
        return [mine[i : i + size] for i in range(0, len(mine), size)]

    def _loss_of(self, part: Sequence[Example]) -> torch.Tensor:
        loss: torch.Tensor = self.loss(part)
        return loss

    def _sum_gradients(self) -> None:
        if self.places.readers > 1:
            sum_gradients(self._trained(), lambda flat: self.places.sum(flat, "readers"))

    def _sum_of_others(self, squares: torch.Tensor) -> None:
        """Add up what processes hold that have other weights."""

    def _trained(self) -> list[nn.Parameter]:
        return list(self.weights.values())


def without_weight(row: Example) -> Example:
    """Return a row that is read, and from which nothing is learnt."""
    return replace(row, weight=0.0)
