"""How fast this machine is: reading memory, multiplying matrices, beginning an operation. Measured once and kept.

The measuring is work of its own (`kit.machine.probe`), done in another process; here is what became of it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import _
from kit.isolated import carry_out_isolated
from kit.lack import installed
from kit.machine.facts import this_machine
from kit.machine.spec import ProbeSpec
from kit.place import cache, write_atomic
from kit.report import Report


@dataclass(frozen=True)
class Speed:
    """What was measured of one device; 1 GB is 1e9 bytes.

    Parameters
    ----------
    device : str
        "cpu" or "cuda:0".
    bandwidth_gb_s : float, GB/s
        Reading memory from end to end with all cores: what no decoding can exceed.
    tflops : dict of str to float, 1e12 multiplications and additions a second
        In large matrix products, by type: "fp32", "bf16" and, where they were measured, "fp16" and "int8".
    op_s : float, seconds
        One small torch operation beyond its arithmetic; the median of many.
    measured : str
        When, in ISO 8601.
    gemv_gb_s : dict of str to float, GB/s
        Weights read by products of a matrix and one vector, by type, as decoding has them: below `bandwidth_gb_s` where
        unpacking numbers costs more than reading them.
    linear_s : dict of str to float, seconds
        What such a product takes beyond its reading, by type.
    bystanders : float, 0 to 1
        Share of all cores that other processes used meanwhile; above 0.1 the figures may be too low.
    """

    device: str
    bandwidth_gb_s: float
    tflops: dict[str, float]
    op_s: float
    measured: str
    gemv_gb_s: dict[str, float] = field(default_factory=dict)
    linear_s: dict[str, float] = field(default_factory=dict)
    bystanders: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return dataclasses.asdict(self)


def default_device() -> str:
    """Return where models run on this machine: "cuda:0" where there is a GPU, else "cpu"."""
    return "cuda:0" if this_machine().gpus else "cpu"


def known_speed(device: str | None = None) -> Speed | None:
    """Return what was measured of this machine earlier, or None; at once.

    Parameters
    ----------
    device : str, optional
        "cpu" or "cuda:0"; left out, where models run.
    """
    try:
        values = json.loads(_place(device or default_device()).read_text(encoding="utf-8"))
        return Speed(**values["speed"])
    except (OSError, ValueError, TypeError, KeyError):  # never measured, or by a version that wrote otherwise
        return None


def keep_speed(speed: Speed) -> None:
    """Keep what was measured, for `known_speed`."""
    values = {"machine": fingerprint(speed.device), "speed": speed.to_dict()}
    write_atomic(_place(speed.device), json.dumps(values, indent=1))


def measure_speed(device: str | None = None, *, report: Report | None = None) -> Speed:
    """Measure this machine for about two seconds, in a process of its own, and keep what came of it.

    Parameters
    ----------
    device : str, optional
        "cpu" or "cuda:0"; left out, where models run.
    report : Report, optional
        Told the progress; may ask to stop.

    Raises
    ------
    KitError
        torch is missing (`MissingPackageError`), there is no such device, or the measuring process broke off.
    Stopped
        The report asked to stop.
    """
    spec = ProbeSpec(device=device or default_device())
    spec.look_ahead()
    # A fresh interpreter: whoever only asks about a machine should not leave a process with torch loaded behind.
    result = carry_out_isolated(spec, report or Report(cache()), environment={})
    if result.error is not None:
        raise KitError(
            _("The speed of {device} could not be measured: {message}").format(
                device=spec.device, message=result.error["message"]
            ),
            fix=result.error["fix"],
        )
    return Speed(**result.facts["speed"])


def fingerprint(device: str) -> dict[str, Any]:
    """Return what decides how fast `device` is: what was measured elsewhere does not count here."""
    machine = this_machine()
    gpus = [f"{gpu.name} {gpu.memory_mib:.0f}" for gpu in machine.gpus] if device.startswith("cuda") else []
    return {
        "device": device,
        "cpu": machine.cpu,
        "cores": machine.cores,
        "memory_gib": round(machine.memory_mib / 1024),  # a kernel keeps a little more or less for itself each time
        "gpus": gpus,
        "torch": installed("torch"),
    }


def _place(device: str) -> Path:
    known = json.dumps(fingerprint(device), sort_keys=True)
    name = hashlib.sha256(known.encode()).hexdigest()[:12]
    return cache() / "speed" / f"{device.replace(':', '-')}-{name}.json"
