"""How much memory this process took at most since it last asked: of the GPU where it uses one, else resident.

Linux keeps a high-water mark of resident memory and lets a process reset it, see proc(5). Needs no package, since tools
measure themselves in environments of their own; `kit.memory` reads the same mark.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_MIB = 1024 * 1024


def forget_peak() -> None:
    """Begin anew from what is held now."""
    gpu = _gpu()
    if gpu is not None:
        gpu.reset_peak_memory_stats()
    elif _CLEAR.exists():
        _CLEAR.write_text("5", encoding="ascii")


def peak_mib() -> float:
    """Return the greatest memory since `forget_peak`, in MiB (where the system keeps no mark: since the start)."""
    gpu = _gpu()
    if gpu is not None:
        return float(gpu.max_memory_reserved()) / _MIB
    if not _STATUS.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (_MIB if sys.platform == "darwin" else 1024)
    status = _STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


def finish_work() -> None:
    """Wait until the GPU has done what it was given, where there is one."""
    gpu = _gpu()
    if gpu is not None:
        gpu.synchronize()


def _gpu() -> Any:
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    return cuda if cuda is not None and cuda.is_available() and cuda.is_initialized() else None
