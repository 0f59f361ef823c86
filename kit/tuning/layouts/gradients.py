"""Gradients that several processes have parts of: their sum, and their length.

Only what trains has gradients, which for an adapter is little, so they are exchanged once a step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.distributed.tensor import DTensor

_BUCKET = 16 * 2**20  # numbers that are exchanged at once

Sum = Callable[[torch.Tensor], object]


def here(tensor: torch.Tensor) -> torch.Tensor:
    """Return the part of `tensor` that this process holds, in the same memory."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def sum_gradients(weights: Sequence[nn.Parameter], over: Sum) -> None:
    """Put in the place of each gradient its sum over processes; one that a process has none of counts as zeros there.

    Parameters
    ----------
    over : callable
        Adds up a tensor over the processes, in place.
    """
    for each in weights:
        if each.grad is None:
            each.grad = torch.zeros_like(each)
    for bucket in _buckets([here(each.grad) for each in weights if each.grad is not None]):
        flat = torch.cat([part.reshape(-1) for part in bucket])
        over(flat)
        for part, summed in zip(bucket, flat.split([part.numel() for part in bucket]), strict=True):
            part.copy_(summed.view_as(part))


def _buckets(parts: Sequence[torch.Tensor]) -> list[list[torch.Tensor]]:
    """Return tensors of one type together, up to a size at which a copy of them does no harm."""
    filled: list[list[torch.Tensor]] = []
    room, dtype = 0, None
    for part in sorted(parts, key=lambda part: str(part.dtype)):
        if not filled or part.dtype != dtype or part.numel() > room:
            filled.append([])
            room, dtype = _BUCKET, part.dtype
        filled[-1].append(part)
        room -= part.numel()
    return filled


def clip(weights: Sequence[nn.Parameter], most: float, over: Sum) -> float:
    """Shorten all gradients together to a Euclidean norm of at most `most`, and return what it was.

    Parameters
    ----------
    weights : sequence of Parameter
        Those that this process holds whole, and parts of those that are spread over a mesh of processes.
    over : callable
        Adds up a tensor over processes that hold other weights, in place.
    """
    squares = _squares([each.grad for each in weights if each.grad is not None])
    over(squares)
    norm = float(squares.sqrt())
    if norm > most:
        for each in weights:
            if each.grad is not None:
                here(each.grad).mul_(most / (norm + 1e-6))
    return norm


def _squares(grads: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the sum of squares, each weight counted once, however many processes hold it."""
    spread: dict[tuple[Any, ...], torch.Tensor] = {}
    for grad in grads:
        key = _spread_over(grad)
        part = torch.linalg.vector_norm(here(grad).detach(), dtype=torch.float32).square()
        spread[key] = spread[key] + part if key in spread else part
    total = torch.zeros((), device=here(grads[0]).device) if grads else torch.zeros(())
    for groups, part in spread.items():
        for group in groups:
            torch.distributed.all_reduce(part, group=group)
        total = total + part
    return total


def _spread_over(grad: torch.Tensor) -> tuple[Any, ...]:
    """Return the groups of processes that hold different parts of `grad`."""
    if not isinstance(grad, DTensor):
        return ()
    mesh = grad.device_mesh
    return tuple(mesh.get_group(i) for i, each in enumerate(grad.placements) if not each.is_replicate())
