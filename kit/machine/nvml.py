"""NVIDIA's library that tells of GPUs, ready to be asked. It opens no GPU, which torch would."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import psutil


@contextlib.contextmanager
def nvml() -> Iterator[Any]:
    """Yield the library, or None where there is no driver."""
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


def handles(library: Any) -> list[Any]:
    """Return a handle for each GPU that a process here may use: ``CUDA_VISIBLE_DEVICES`` hides the others.

    Parameters
    ----------
    library : module
        What `nvml` yielded.
    """
    count = library.nvmlDeviceGetCount()
    told = os.environ.get("CUDA_VISIBLE_DEVICES")
    if told is None:
        return [library.nvmlDeviceGetHandleByIndex(place) for place in range(count)]
    found = []
    for name in (part.strip() for part in told.split(",")):
        if name.isdigit() and int(name) < count:
            found.append(library.nvmlDeviceGetHandleByIndex(int(name)))
        elif name.startswith(("GPU-", "MIG-")):
            with contextlib.suppress(library.NVMLError):
                found.append(library.nvmlDeviceGetHandleByUUID(name))
        else:  # as CUDA has it: "", "-1" or a number too high, and all that comes after it is hidden
            break
    return found


def memory_of(library: Any, handle: Any) -> tuple[int, int]:
    """Return the memory of a GPU and what of it is taken, in bytes; where it shares the machine's, that of both."""
    try:
        own = library.nvmlDeviceGetMemoryInfo(handle)
    except library.NVMLError:
        shared = psutil.virtual_memory()
        return shared.total, shared.total - shared.available
    return own.total, own.used
