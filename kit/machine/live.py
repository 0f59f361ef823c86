"""How busy this machine is right now. GPUs are asked through NVML, never through torch."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from kit.machine.facts import MIB


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
    with _nvml() as nvml:
        if nvml is None:
            return ()
        handles = [nvml.nvmlDeviceGetHandleByIndex(place) for place in range(nvml.nvmlDeviceGetCount())]
        return tuple(_load(nvml, handle) for handle in handles)


@contextlib.contextmanager
def _nvml() -> Iterator[Any]:
    """Yield NVML ready to be asked, or None where there is none."""
    try:
        import pynvml

        pynvml.nvmlInit()
    except ImportError:
        yield None
        return
    except pynvml.NVMLError:
        yield None
        return
    try:
        yield pynvml
    finally:
        pynvml.nvmlShutdown()


def _load(nvml: Any, handle: Any) -> GpuLoad:
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    try:
        load = float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
    except nvml.NVMLError:  # slices of a GPU (MIG) have no load of their own
        load = None
    return GpuLoad(str(nvml.nvmlDeviceGetName(handle)), memory.total / MIB, memory.used / MIB, load)
