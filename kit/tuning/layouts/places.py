"""Where a process stands among those that train together.

They form a rectangle: the processes of one row share one copy of the model, and each row reads rows of data of its own.
Data-parallel layouts have as many rows as processes; tensor and pipeline parallel ones have one row.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh


@dataclass(frozen=True)
class Places:
    """The rectangle of processes, seen from one of them.

    Parameters
    ----------
    device : torch.device
        Of this process.
    mesh : DeviceMesh, optional
        Of two dimensions, "readers" and "sharers"; None for a process that trains alone.
    """

    device: torch.device
    mesh: DeviceMesh | None = None

    @property
    def reader(self) -> int:
        """Which rows of data this process reads, counted from 0."""
        return 0 if self.mesh is None else self.mesh["readers"].get_local_rank()

    @property
    def readers(self) -> int:
        """How many parts the data are read in."""
        return 1 if self.mesh is None else self.mesh["readers"].size()

    @property
    def sharers(self) -> int:
        """How many processes share one copy of the model."""
        return 1 if self.mesh is None else self.mesh["sharers"].size()

    @property
    def sharer(self) -> int:
        """Which of them this process is, counted from 0."""
        return 0 if self.mesh is None else self.mesh["sharers"].get_local_rank()

    def across(self, name: str) -> DeviceMesh:
        """Return one dimension of the rectangle."""
        assert self.mesh is not None
        return self.mesh[name]

    def sum(self, tensor: torch.Tensor, name: str) -> torch.Tensor:
        """Return `tensor`, which now holds the sum over the processes of one dimension."""
        if self.mesh is not None and self.mesh[name].size() > 1:
            dist.all_reduce(tensor, group=self.mesh[name].get_group())
        return tensor


def find_place(device: torch.device, *, readers: int) -> Places:
    """Return where this process stands when the data are read in `readers` parts.

    Parameters
    ----------
    readers : int
        A divisor of the number of processes.
    """
    if not dist.is_initialized() or dist.get_world_size() == 1:
        return Places(device)
    shape = (readers, dist.get_world_size() // readers)
    return Places(device, init_device_mesh(device.type, shape, mesh_dim_names=("readers", "sharers")))
