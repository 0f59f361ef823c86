"""What this computer is: cores, instruction sets, memory, GPUs.

Nothing heavy is loaded: GPUs are asked through NVML, never through torch.
"""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import psutil

from kit import cgroup
from kit.machine import processor
from kit.machine.nvml import handles, memory_of, nvml

MIB = 1024 * 1024


@dataclass(frozen=True)
class Gpu:
    """One GPU: its name, its memory, the version of its driver and its compute capability, such as "9.0"."""

    name: str
    memory_mib: float
    driver: str = ""
    capability: str = ""


@dataclass(frozen=True)
class Machine:
    """What this computer can do.

    `memory_mib` is what a process here may use: the smaller of the machine's memory (swap is not counted) and the
    limits of its control groups (containers). `cores` are those it may run on, within the groups' quota of time;
    `physical_cores` counts two that share one core of silicon once.
    """

    cores: int
    instruction_sets: tuple[str, ...]
    memory_mib: float
    gpus: tuple[Gpu, ...]
    system: str
    cpu: str = ""
    physical_cores: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        gpus = [asdict(gpu) for gpu in self.gpus]
        return {**asdict(self), "instruction_sets": list(self.instruction_sets), "gpus": gpus}

    def __str__(self) -> str:
        gpus = ", ".join(f"{gpu.name} {_gigabytes(gpu.memory_mib)}" for gpu in self.gpus) or "no GPU"
        notable = [name for name in ("AMX", "AVX-512", "AVX2", "NEON") if name in self.instruction_sets][:1]
        return " · ".join([f"{self.cores} cores", _gigabytes(self.memory_mib), *notable, gpus])


def _gigabytes(mib: float) -> str:
    return f"{mib * MIB / 1e9:.0f} GB"


@cache
def this_machine() -> Machine:
    """Return what this computer is (looked up once)."""
    return Machine(
        cores=processor.cores(),
        instruction_sets=processor.instruction_sets(),
        memory_mib=round(_memory_limit() / MIB, 1),
        gpus=_gpus(),
        system=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        cpu=processor.cpu_name(),
        physical_cores=processor.physical_cores(),
    )


def memory_free_mib() -> float:
    """Return how much memory a new process could take now, in MiB."""
    free = psutil.virtual_memory().available
    left = cgroup.memory_left()
    return (free if left is None else min(free, left)) / MIB


def _memory_limit() -> int:
    total = psutil.virtual_memory().total
    limit = cgroup.memory_limit()
    return total if limit is None else min(total, limit)


def _gpus() -> tuple[Gpu, ...]:
    with nvml() as library:
        return () if library is None else tuple(_gpu(library, handle) for handle in handles(library))


def _gpu(library: Any, handle: Any) -> Gpu:
    name, memory = str(library.nvmlDeviceGetName(handle)), memory_of(library, handle)[0] / MIB
    try:
        driver = str(library.nvmlSystemGetDriverVersion())
        major, minor = library.nvmlDeviceGetCudaComputeCapability(handle)
    except library.NVMLError:  # an old driver, or a slice that does not tell
        return Gpu(name, memory)
    return Gpu(name, memory, driver, f"{major}.{minor}")
