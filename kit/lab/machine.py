"""What the side panel tells of this machine."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from typing import Any

from kit.errors import KitError, MissingPackageError
from kit.i18n import N_, _
from kit.machine import memory_free_mib, this_machine
from kit.machine.live import cpu_percent, disk, gpu_loads, load_average
from kit.machine.packages import problems
from kit.place import cache, home
from kit.quantization import Method, methods
from kit.quantization.load import check_runs_here
from kit.version import version

# Those that run models on this machine, by name: the packages they need, and what people call them.
_ENGINES = {"transformers": (("torch", "transformers"), N_("Transformers"))}


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
        "engines": [_engine(name) for name in _ENGINES],
        "methods": [_method(method) for method in methods().values()],
        "problems": problems(),
    }


def _disk(what: str, folder: Path) -> dict[str, Any]:
    free, total = disk(folder.absolute())
    return {"what": what, "folder": str(folder), "free_bytes": free, "total_bytes": total}


def _engine(name: str) -> dict[str, Any]:
    packages, title = _ENGINES[name]
    lacking = [package for package in packages if importlib.util.find_spec(package) is None]
    reason = _("{name} needs {packages}.").format(name=_(title), packages=", ".join(lacking)) if lacking else ""
    add = f"pip install {' '.join(lacking)}" if lacking else ""
    return {"name": name, "title": _(title), "ready": not lacking, "reason": reason, "add": add}


def _method(method: Method) -> dict[str, Any]:
    reason = add = ""
    try:
        check_runs_here(method)
    except KitError as exc:
        reason = exc.problem
        add = f"pip install {exc.package}" if isinstance(exc, MissingPackageError) else ""
    return {
        "name": method.name,
        "title": _(method.title),
        "bits": method.bits,
        "note": _(method.note) if method.note else "",
        "ready": not reason,
        "reason": reason,
        "add": add,
    }
