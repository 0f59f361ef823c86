"""Work for several processes that train together, one of which goes wrong."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass

from kit.errors import KitError
from kit.report import Report
from kit.result import Result
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class RanksSpec(Spec):
    """In the process `bad`, go wrong as `how` says, while the others do what `meanwhile` says."""

    carried_out_by = "tinyranks:carry_out"

    processes: int = param(3, label="Processes")
    bad: int = param(1, label="The one that goes wrong")
    how: str = param("kill", label="How")
    meanwhile: str = param("wait", label="The others")


def carry_out(spec: RanksSpec, report: Report) -> Result:
    """Go wrong, or do what the others do."""
    way = spec.how if int(os.environ["RANK"]) == spec.bad else spec.meanwhile
    print(f"process {os.environ['RANK']}: {way}", file=sys.stderr, flush=True)
    if way == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if way == "kit_error":
        raise KitError("The left sock is missing.", fix="Look under the bed.")
    if way == "lose":  # as others do when one is gone
        time.sleep(0.2)
        raise RuntimeError("[gloo/transport/tcp/pair.cc:538] Connection closed by peer [127.0.0.1]:1234")
    if way == "wait":
        time.sleep(120)
    return Result(spec=spec.to_dict(), metrics={"rank": float(os.environ["RANK"])})
