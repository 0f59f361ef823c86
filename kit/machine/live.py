"""How busy this machine is right now. GPUs are asked through NVML, never through torch."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from kit.machine.facts import MIB
from kit.machine.nvml import handles, memory_of, nvml


@dataclass(frozen=True)
class GpuLoad:
    """One GPU now: memory in MiB, `load_percent` (0 to 100) or None where the driver does not tell."""

    name: str
    memory_total_mib: float
    memory_used_mib: float
    load_percent: float | None


def cpu_percent() -> float:
    """Return how busy all cores were since this process last asked, 0 to 100; 0 at the first time."""
    return float(psutil.cpu_percent(interval=None))


def load_average() -> float | None:
    """Return how many processes were ready to run in the last minute, or None where the system does not tell."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def disk(folder: Path) -> tuple[int, int]:
    """Return the free and the total bytes of the disk that holds `folder`, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total


def gpu_loads() -> tuple[GpuLoad, ...]:
    """Return every GPU with its memory and load; none without a driver."""
    with nvml() as library:
        return () if library is None else tuple(_load(library, handle) for handle in handles(library))


def _load(library: Any, handle: Any) -> GpuLoad:
    total, used = memory_of(library, handle)
    try:
        load = float(library.nvmlDeviceGetUtilizationRates(handle).gpu)
    except library.NVMLError:  # slices of a GPU (MIG) have no load of their own
        load = None
    return GpuLoad(str(library.nvmlDeviceGetName(handle)), total / MIB, used / MIB, load)
