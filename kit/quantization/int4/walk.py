"""Go through a model block by block, with rows that it reads, so that each is rounded knowing what flows into it.

A block sees what the blocks before it make of the rows once they are rounded, so it can make up for them (Frantar et
al. 2022, arXiv:2210.17323, section 4). Rows are filled up at their ends, which tokens before do not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from kit.errors import UnsupportedError
from kit.i18n import _
from kit.quantization.int4.blocks import blocks_of, layers_of
from kit.quantization.int4.inputs import Watch
from kit.report import Report

_TOKENS = 2048  # that are read together


@dataclass(eq=False)
class Batch:
    """Some rows on their way: what flows into the next block, and what else each block is told.

    Parameters
    ----------
    real : bool tensor [rows, length]
        Where a token stands.
    flow : tensor [rows, length, width]
        What the next block is given first.
    told : list of (tuple, dict)
        For each block, all other arguments.
    """

    real: torch.Tensor
    flow: torch.Tensor
    told: list[tuple[tuple[Any, ...], dict[str, Any]]]

    def through(self, block: nn.Module, number: int) -> torch.Tensor:
        """Return what `block` makes of it."""
        more, named = self.told[number]
        made = block(self.flow, *more, **named)
        found: torch.Tensor = made[0] if isinstance(made, tuple) else made
        return found


@dataclass(eq=False)
class Stop:
    """One block, with the linear layers in it and what flowed into them.

    Parameters
    ----------
    name : str
        Of the block in the model.
    block : module
    number : int
        From 0.
    watch : Watch
        What was seen of each layer's inputs.
    sample : Batch
        Rows that can be sent through the block again.
    """

    name: str
    block: nn.Module
    number: int
    watch: Watch
    sample: Batch


def walk(model: Any, rows: Sequence[Sequence[int]], report: Report) -> Iterator[Stop]:
    """Yield each block of `model` in turn; what is done to it before the next one is asked for counts from then on.

    Parameters
    ----------
    model
        In bf16, on the device where it is looked at.
    rows : list of list of int
        Token ids.
    report : Report
        Hears how many blocks are done.

    Raises
    ------
    Stopped
        Somebody asked it to stop.
    UnsupportedError
        The blocks do not simply follow each other.
    """
    blocks = blocks_of(model)
    batches = []
    for part in _together(rows):
        report.check()
        batches.append(_begin(model, list(blocks.values()), part))
    for number, (name, block) in enumerate(blocks.items()):
        report.progress("quantizing", number, len(blocks), "layers")
        watch = Watch(layers_of(block))
        with watch.listening():
            for batch in batches:
                report.check()
                watch.begin(batch.real)
                batch.through(block, number)
        watch.begin(batches[-1].real)
        yield Stop(name, block, number, watch, batches[-1])  # the shortest rows
        for batch in batches:
            report.check()
            batch.flow = batch.through(block, number)
    report.progress("quantizing", len(blocks), len(blocks), "layers")


def _together(rows: Sequence[Sequence[int]]) -> Iterator[list[Sequence[int]]]:
    """Yield rows of similar length, filled up to at most `_TOKENS` places."""
    some: list[Sequence[int]] = []
    for row in sorted(rows, key=len, reverse=True):
        if some and len(some[0]) * (len(some) + 1) > _TOKENS:
            yield some
            some = []
        some.append(row)
    if some:
        yield some


def _begin(model: Any, blocks: list[nn.Module], rows: list[Sequence[int]]) -> Batch:
    """Let `model` read `rows` once and keep what each block is told."""
    real = torch.zeros(len(rows), len(rows[0]), dtype=torch.bool)
    ids = torch.zeros(real.shape, dtype=torch.long)
    for place, row in enumerate(rows):
        real[place, : len(row)] = True
        ids[place, : len(row)] = torch.tensor(row)
    told: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    flow: list[torch.Tensor] = []

    def hear(_block: nn.Module, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        if not given:
            given, named = (named["hidden_states"],), {k: v for k, v in named.items() if k != "hidden_states"}
        if not flow:
            flow.append(given[0])
        told.append((given[1:], named))

    hooks = [block.register_forward_pre_hook(hear, with_kwargs=True) for block in blocks]
    try:
        model.base_model(input_ids=ids.to(model.device), use_cache=False)
    finally:
        for hook in hooks:
            hook.remove()
    if len(told) != len(blocks):
        problem = _("The layers of {model} do not simply follow each other.").format(model=type(model).__name__)
        raise UnsupportedError(problem, fix=_("Choose another method."))
    return Batch(real.to(model.device), flow[0], told)
