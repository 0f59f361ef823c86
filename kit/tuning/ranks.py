"""One training run in several processes, one for each device, which share its work.

The processes find each other as under ``torchrun``: by RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT in their
environment. Only the first one is heard, unless another fails.
"""

from __future__ import annotations

import os
import socket

from kit.isolated import carry_out_isolated
from kit.machine import this_machine
from kit.report import Report
from kit.result import Result
from kit.tuning.crew import Crew
from kit.tuning.spec import TuneSpec


def in_ranks() -> bool:
    """Is this process one of several that train together?"""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def tune_in_ranks(spec: TuneSpec, report: Report) -> Result:
    """Carry `spec` out in `spec.processes` processes and return the result of the first, or why another failed."""
    port = _free_port()
    first, *rest = [_environment(rank, spec.processes, port) for rank in range(spec.processes)]
    crew = Crew(spec, report.folder, rest)
    try:
        result = carry_out_isolated(spec, report, environment=first, started=crew.beside)
    finally:
        crew.end()
    return crew.blame(result)


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
