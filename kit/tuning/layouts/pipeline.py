"""Each process computes some of the layers, and micro-batches flow through them (pipeline parallel, from PyTorch).

The schedule is 1F1B (Narayanan et al. 2019, PipeDream): a process computes the backward pass of one micro-batch as
soon as it can, in turn with the forward pass of the next, so that it keeps few activations. Micro-batches are packed
rows; PyTorch sends tensors of one shape only, so all get the length of the longest by rows that count nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.pipelining import PipelineStage, Schedule1F1B

from kit.engines.hf.prefix import shared_length
from kit.errors import UnsupportedError
from kit.i18n import _
from kit.tuning.checkpoint import Tensors
from kit.tuning.example import Example
from kit.tuning.layouts.cut import Line, cut_model
from kit.tuning.layouts.decoder import inner
from kit.tuning.layouts.plain import Layout, without_weight
from kit.tuning.loss import AnswerLoss
from kit.tuning.speed.packed import Packed, pack

_AT_ONCE = 4  # micro-batches for each process: with fewer it waits for most of the time, with more it computes less
_LENGTHS = 16  # tokens; lengths are multiples, so that what is prepared for one batch often fits the next


class Pipeline(Layout):
    """The processes of a group divide the layers; groups read rows of their own."""

    divided = True

    def _divide(self) -> None:
        if not self.loss.packs(1):
            problem = _("The layers of this model cannot be divided: it cannot attend within packed rows.")
            raise UnsupportedError(problem, fix=_('Choose layout="fsdp" or "ddp".'))
        self._line = cut_model(self.loss.model, self.places)
        self._stage = _Stage(self.loss, self._line)
        self._built: tuple[tuple[int, int], Schedule1F1B] | None = None

    @property
    def draws_as(self) -> int:
        return self.places.reader * self._line.count + self._line.index

    def backward(self, rows: Sequence[Example], *, size: int, weight: float) -> torch.Tensor:
        mine = list(rows[self.places.reader :: self.places.readers]) or [without_weight(rows[0])]
        least = max(math.ceil(len(mine) / size), min(_AT_ONCE * self._line.count, len(mine)), self._line.count)
        packs = even_packs(mine, least, share=self.loss.shares, device=self.places.device)
        self._stage.packs, self._stage.weight = packs, weight
        losses: list[torch.Tensor] = []
        schedule = self._schedule(len(packs), packs[0].ids.shape[1])
        which = torch.arange(len(packs))[:, None]
        ids = (torch.cat([each.ids for each in packs]),) if self._line.first else ()
        last: dict[str, Any] = {"target": which, "losses": losses} if self._line.last else {}
        schedule.step(*ids, which=which, return_outputs=False, **last)
        self._stage.packs = []
        self._sum_gradients()
        total = torch.zeros((), device=self.places.device)
        for each in losses:
            total += each.detach()
        return self.places.sum(self.places.sum(total, "sharers"), "readers")

    def whole(self, tensors: Tensors) -> Tensors:
        if self.places.reader:  # the first line of processes has everything
            return tensors
        found: list[Tensors] | None = [{} for _ in range(self._line.count)] if self._line.first else None
        here = {name: tensor.detach().cpu() for name, tensor in tensors.items()}
        dist.gather_object(here, found, group=self._line.group, group_dst=0)
        return {name: tensor for each in found or [tensors] for name, tensor in each.items()}

    def _sum_of_others(self, squares: torch.Tensor) -> None:
        self.places.sum(squares, "sharers")

    def _schedule(self, count: int, length: int) -> Schedule1F1B:
        if self._built is None or self._built[0] != (count, length):
            line = self._line
            ids = torch.empty(1, length, dtype=torch.long, device="meta")
            hidden = torch.empty(1, length, line.width, dtype=line.dtype, device="meta", requires_grad=True)
            loss = torch.empty((), device="meta", requires_grad=True)
            stage = PipelineStage(
                self._stage,
                line.index,
                line.count,
                self.places.device,
                input_args=ids if line.first else hidden,
                output_args=loss if line.last else hidden,
                group=line.group,
            )
            self._built = (count, length), Schedule1F1B(stage, count, loss_fn=_as_found, scale_grads=False)
        return self._built[1]


class _Stage(nn.Module):
    """The layers of one process, as PyTorch's schedule calls them: once for each micro-batch."""

    def __init__(self, loss: AnswerLoss, line: Line) -> None:
        super().__init__()
        self._loss, self._line = loss, line
        self.packs: list[Packed] = []
        self.weight = 1.0

    def forward(self, given: torch.Tensor, which: torch.Tensor) -> torch.Tensor:
        packed = self.packs[int(which)]
        if self._line.first:
            given = inner(self._loss.model).get_input_embeddings()(given)
            if not given.requires_grad:  # or a process without an adapter would have nothing to go back through
                given.requires_grad_()
        states = self._loss.states(packed, inputs_embeds=given)
        if self._line.last:
            return self._loss.of_states(states, packed) * self.weight
        assert self._line.left is not None
        left, self._line.left = self._line.left, None
        return left


def even_packs(rows: Sequence[Example], count: int, *, share: bool, device: torch.device) -> list[Packed]:
    """Return `rows` as `count` packed micro-batches of the same number of tokens.

    Parameters
    ----------
    share : bool
        Is what all questions begin with computed once?
    """
    shared = shared_length([row.question for row in rows]) if share else 0
    by_length = sorted(rows, key=len)
    parts = [by_length[i::count] for i in range(count)]
    tokens = [sum(len(row) - 1 - shared for row in part) for part in parts]
    longest = -(-(max(tokens) + shared) // _LENGTHS) * _LENGTHS - shared
    start, most = rows[0].question[:shared], max(len(row) - shared for row in rows)
    filled = [[*part, *_filler(start, longest - n, most)] for part, n in zip(parts, tokens, strict=True)]
    return [pack(part, shared=shared, device=device) for part in filled]


def _filler(start: tuple[int, ...], tokens: int, most: int) -> list[Example]:
    """Return rows of so many tokens after `start` from which nothing is learnt, none longer than `most`."""
    sizes = [most] * (tokens // most) + ([tokens % most] if tokens % most else [])
    return [Example((*start, *[0] * size), (0,), weight=0.0) for size in sizes]


def _as_found(loss: torch.Tensor, _target: torch.Tensor) -> torch.Tensor:
    return loss
