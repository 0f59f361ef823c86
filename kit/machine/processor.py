"""What the processor is: its name, its cores, its instruction sets. Linux and macOS."""

from __future__ import annotations

import math
import os
import platform
import subprocess
import sys
from pathlib import Path

import psutil

from kit.cgroup import cpu_quota

_ROOT = Path("/")  # tests have trees of their own
_SHOWN = {  # flag as the system tells it: name that people know
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_vnni": "VNNI",
    "avx512_bf16": "bf16",
    "amx_tile": "AMX",
    "asimd": "NEON",
    "sve": "SVE",
}
_ON_A_MAC = {"hw.optional.neon": "NEON", "hw.optional.arm.FEAT_BF16": "bf16", "hw.optional.avx2_0": "AVX2"}


def cpu_name() -> str:
    """Return what the processor is called, such as "AMD EPYC 9554", or its architecture where it has no name."""
    if sys.platform == "darwin":
        return _sysctl("machdep.cpu.brand_string") or platform.machine()
    told = _first("model name") or _first("Model") or _text("proc/device-tree/model").rstrip("\0")
    return " ".join(told.split()) or platform.machine()


def cores() -> int:
    """Return how many cores' worth of work a process here can do at a time.

    Those that it may run on, and no more than the quota of its control group, rounded up.
    """
    quota = cpu_quota()
    allowed = len(_allowed())
    return allowed if quota is None else max(min(allowed, math.ceil(quota - 1e-6)), 1)


def physical_cores() -> int:
    """Return how many cores there are in silicon among those that this process may use; two threads may share one."""
    places = {_place(number) for number in _allowed()} if sys.platform == "linux" else set()
    if not places or None in places:
        return min(psutil.cpu_count(logical=False) or cores(), cores())
    return min(len(places), cores())


def instruction_sets() -> tuple[str, ...]:
    """Return the instruction sets that decide how fast models run, by the names people know."""
    if sys.platform == "darwin":
        return tuple(shown for key, shown in _ON_A_MAC.items() if _sysctl(key) == "1")
    flags = set((_first("flags") or _first("Features")).split())
    return tuple(shown for flag, shown in _SHOWN.items() if flag in flags)


def _allowed() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else list(range(psutil.cpu_count() or 1))


def _place(number: int) -> tuple[str, str] | None:
    """Return which package and which of its cores the logical core `number` is, or None where that is not told."""
    folder = f"sys/devices/system/cpu/cpu{number}/topology"
    package, core = _text(f"{folder}/physical_package_id"), _text(f"{folder}/core_id")
    return (package, core) if core else None


def _first(name: str) -> str:
    """Return the first value of `name` in /proc/cpuinfo, or ""."""
    for line in _text("proc/cpuinfo").splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip() == name:
            return value.strip()
    return ""


def _text(path: str) -> str:
    try:
        return (_ROOT / path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _sysctl(name: str) -> str:
    try:
        asked = subprocess.run(["sysctl", "-n", name], capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.strip()
