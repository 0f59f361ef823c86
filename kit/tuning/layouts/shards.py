"""Tensors that are spread over processes: put together, and taken apart."""

from __future__ import annotations

import logging

import torch
from torch.distributed.tensor import DTensor

# It warns each time that what two layouts have cut is put together in two steps.
logging.getLogger("torch.distributed.tensor._redistribute").setLevel(logging.ERROR)


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """Return all of `tensor`; where it is spread, all processes of its mesh must ask together."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def spread_like(tensor: torch.Tensor, model: torch.Tensor) -> torch.Tensor:
    """Return `tensor`, which every process has whole, spread as `model` is; nothing is sent."""
    if not isinstance(model, DTensor):
        return tensor.to(model.device)
    mesh, part = model.device_mesh, tensor
    places = mesh.get_coordinate()
    assert places is not None
    # Inner dimensions come first: FSDP cuts what tensor parallelism left to each process.
    for i in reversed(range(mesh.ndim)):
        if model.placements[i].is_replicate():
            continue
        dim = model.placements[i].dim  # type: ignore[attr-defined]
        chunks = part.chunk(mesh.size(i), dim=dim)  # as PyTorch cuts: the last parts may be empty
        part = chunks[places[i]] if places[i] < len(chunks) else part.narrow(dim, 0, 0)
    local = part.contiguous().to(model.to_local().device)
    return DTensor.from_local(local, mesh, model.placements, run_check=False, shape=model.shape, stride=model.stride())


@torch.no_grad()
def put_in_place(weight: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    """Let `weight` be `tensor`, of which it may hold a part only, and return what it was."""
    if not isinstance(weight, DTensor):
        before, weight.data = weight.data, tensor
        return before
    kept = weight.detach().clone()
    weight.copy_(tensor if isinstance(tensor, DTensor) else spread_like(tensor, weight))
    return kept
