"""What this computer is: cores, instruction sets, memory, GPUs, free disk.

Nothing heavy is loaded: GPUs are asked through NVML, never through torch.
"""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psutil

MIB = 1024 * 1024
_SHOWN = {  # flag in /proc/cpuinfo: name that people know
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_vnni": "VNNI",
    "avx512_bf16": "bf16",
    "amx_tile": "AMX",
    "asimd": "NEON",
    "sve": "SVE",
}


@dataclass(frozen=True)
class Gpu:
    """One GPU: its name and its memory."""

    name: str
    memory_mib: float


@dataclass(frozen=True)
class Machine:
    """What this computer can do.

    `memory_mib` is what a process here may use: the smaller of the machine's memory and the limit of its control
    group (containers).
    """

    cores: int
    instruction_sets: tuple[str, ...]
    memory_mib: float
    gpus: tuple[Gpu, ...]
    system: str

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
        cores=_cores(),
        instruction_sets=_instruction_sets(),
        memory_mib=round(_memory_limit() / MIB, 1),
        gpus=_gpus(),
        system=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    )


def memory_free_mib() -> float:
    """Return how much memory a new process could take now, in MiB."""
    free = psutil.virtual_memory().available
    limit, used = _cgroup("memory.max"), _cgroup("memory.current")
    if limit is not None and used is not None:
        free = min(free, limit - used)
    return free / MIB


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else psutil.cpu_count() or 1


def _instruction_sets() -> tuple[str, ...]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ()
    lines = [line for line in text.splitlines() if line.startswith(("flags", "Features"))]
    flags = set(lines[0].split(":", 1)[1].split()) if lines else set()
    return tuple(shown for flag, shown in _SHOWN.items() if flag in flags)


def _memory_limit() -> int:
    total = psutil.virtual_memory().total
    limit = _cgroup("memory.max")
    return total if limit is None else min(total, limit)


def _cgroup(name: str) -> int | None:
    """Return a number of this process's control group (version 2), or None where there is none."""
    try:
        own = Path("/proc/self/cgroup").read_text(encoding="utf-8").strip().rpartition("::")[2]
        text = (Path("/sys/fs/cgroup") / own.lstrip("/") / name).read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _gpus() -> tuple[Gpu, ...]:
    try:
        import pynvml
    except ImportError:
        return ()
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return ()
    try:
        handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        return tuple(
            Gpu(str(pynvml.nvmlDeviceGetName(h)), pynvml.nvmlDeviceGetMemoryInfo(h).total / MIB) for h in handles
        )
    finally:
        pynvml.nvmlShutdown()
