"""How long work on a device takes, on a CPU and on a GPU alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from kit.machine.facts import MIB, memory_free_mib


class Stopwatch:
    """Times work on one device.

    Parameters
    ----------
    torch : module
        Given, so that whoever imports this does not load it.
    device : str
        "cpu" or "cuda:0".
    """

    def __init__(self, torch: Any, device: str) -> None:
        self.device = device
        self.on_gpu = device.startswith("cuda")
        self._torch = torch

    def free_bytes(self) -> float:
        """Return how much memory the device has free."""
        if self.on_gpu:
            return float(self._torch.cuda.mem_get_info(self.device)[0])
        return memory_free_mib() * MIB

    def once(self, work: Callable[[], object]) -> float:
        """Return the seconds from the beginning of `work` to the end of all it set going on the device."""
        if self.on_gpu:
            return self._on_gpu(work)
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    def each(self, work: Callable[[], object], times: int) -> list[float]:
        """Return the seconds of `work` for each of so many `times`, after one that does not count."""
        self.once(work)
        return [self.once(work) for _each in range(times)]

    def best(self, work: Callable[[], object], *, for_s: float = 0.15, least: int = 3, most: int = 1000) -> float:
        """Return the shortest time of `work`, repeated for `for_s` seconds, after one that does not count."""
        self.once(work)
        until = time.perf_counter() + for_s
        shortest = self.once(work)
        for place in range(1, most):
            if place >= least and time.perf_counter() > until:
                break
            shortest = min(shortest, self.once(work))
        return shortest

    def _on_gpu(self, work: Callable[[], object]) -> float:
        cuda = self._torch.cuda
        with cuda.device(self.device):
            began, ended = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
            began.record()
            work()
            ended.record()
            ended.synchronize()
        return float(began.elapsed_time(ended)) / 1000
