"""What the side panel tells of this machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kit.engines.lacks import ENGINES, engine_lacks
from kit.i18n import _
from kit.machine import memory_free_mib, this_machine
from kit.machine.lacks import Lack, lacks
from kit.machine.live import cpu_percent, disk, gpu_loads, load_average
from kit.place import cache, home
from kit.quantization import Method, methods
from kit.quantization.lacks import lacks_of
from kit.version import version


def machine_now() -> dict[str, Any]:
    """Return what this machine is and has free, and what can run on it, as plain values."""
    machine = this_machine()
    return {
        "version": version(),
        "system": machine.system,
        "cores": machine.cores,
        "cpu_percent": cpu_percent(),
        "load": load_average(),
        "instruction_sets": list(machine.instruction_sets),
        "memory_total_mib": machine.memory_mib,
        "memory_available_mib": round(memory_free_mib(), 1),
        "gpus": [dataclasses.asdict(gpu) for gpu in gpu_loads()],
        "disks": [_disk("runs", home()), _disk("models", cache())],
        "engines": [_engine(name) for name in ENGINES],
        "methods": [_method(method) for method in methods().values()],
        "problems": [str(lack) for lack in lacks()],
    }


def _disk(what: str, folder: Path) -> dict[str, Any]:
    free, total = disk(folder.absolute())
    return {"what": what, "folder": str(folder), "free_bytes": free, "total_bytes": total}


def _engine(name: str) -> dict[str, Any]:
    title, _packages = ENGINES[name]
    return {"name": name, "title": _(title), **_readiness(engine_lacks(name))}


def _method(method: Method) -> dict[str, Any]:
    return {
        "name": method.name,
        "title": _(method.title),
        "bits": method.bits,
        "note": _(method.note) if method.note else "",
        **_readiness(lacks_of(method)),
    }


def _readiness(lacks: Sequence[Lack]) -> dict[str, Any]:
    """Return whether something runs here and, where it does not, why and what to type, as the side panel reads it."""
    first = next(iter(lacks), Lack(""))
    return {"ready": not lacks, "reason": f"{first.reason}." if first.reason else "", "add": first.command}
