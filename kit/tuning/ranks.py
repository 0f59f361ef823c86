"""One training run in several processes, one for each device, which average their gradients.

The processes find each other as under ``torchrun``: by RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT in their
environment. Only the first one is heard.
"""

from __future__ import annotations

import os
import socket

from kit.isolated import carry_out_isolated, end_child, start_child
from kit.machine import this_machine
from kit.report import Report
from kit.result import Result
from kit.tuning.spec import TuneSpec


def in_ranks() -> bool:
    """Is this process one of several that train together?"""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def tune_in_ranks(spec: TuneSpec, report: Report) -> Result:
    """Carry `spec` out in `spec.processes` processes and return the result of the first."""
    port = _free_port()
    first, *rest = [_environment(rank, spec.processes, port) for rank in range(spec.processes)]
    others = [start_child(spec, report.folder, environment=each, heard=False) for each in rest]
    try:
        return carry_out_isolated(spec, report, environment=first)
    finally:
        for other in others:
            end_child(other)


def _environment(rank: int, processes: int, port: int) -> dict[str, str]:
    environment = {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(processes),
        "LOCAL_WORLD_SIZE": str(processes),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    machine = this_machine()
    if not machine.gpus:
        environment["ACCELERATE_USE_CPU"] = "true"  # otherwise accelerate silently runs one process
        environment["OMP_NUM_THREADS"] = str(max(machine.cores // processes, 1))
    return environment


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
