"""Where a result came from: versions, commit, machine, seeds. What cannot be known is said to be unknown."""

from __future__ import annotations

import json
import platform
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from kit.machine.facts import this_machine
from kit.version import version

PACKAGES = ("torch", "transformers", "tokenizers", "safetensors", "peft", "accelerate", "bitsandbytes", "numpy")


@cache
def provenance() -> dict[str, Any]:
    """Return versions, commit and machine as plain values."""
    return {
        "tunebook": version(),
        "commit": _commit(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "os": platform.platform(),
        "packages": {name: _version_of(name) for name in PACKAGES},
        "machine": this_machine().to_dict(),
    }


def hardware() -> dict[str, Any]:
    """Return what of this machine decides how fast it is: times from two machines must not be compared."""
    machine = this_machine()
    gpus = [{"name": gpu.name, "memory_mib": gpu.memory_mib} for gpu in machine.gpus]  # a driver may be brought up
    return {"cores": machine.cores, "instruction_sets": list(machine.instruction_sets), "gpus": gpus}


def seeds(values: Any, before: str = "") -> dict[str, int]:
    """Return every seed in a spec, by the path of its field.

    >>> seeds({"seed": 3, "data": {"source": "rows.csv", "seed": 0}})
    {'seed': 3, 'data.seed': 0}

    Parameters
    ----------
    values : dict
        What `Spec.to_dict` returned.
    """
    if isinstance(values, list):
        parts = {f"{before}[{i}]": value for i, value in enumerate(values)}
    elif isinstance(values, dict):
        parts = {f"{before}.{name}" if before else name: value for name, value in values.items()}
    else:
        return {}
    found = {
        path: value for path, value in parts.items() if path.rpartition(".")[2] == "seed" and isinstance(value, int)
    }
    for path, value in parts.items():
        found |= seeds(value, path)
    return found


def _version_of(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    """Return the commit of a development checkout, with "+dirty" for changes, or why there is none."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return _installed_commit()
    try:
        head = _git(root, "rev-parse", "HEAD")
        return head + ("+dirty" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError) as exc:
        return f"unknown: {exc}"


def _installed_commit() -> str:
    """Return the commit that pip installed from, as PEP 610 has it kept, or that there was none."""
    try:
        told = json.loads(metadata.distribution("tunebook").read_text("direct_url.json") or "{}")
        return str(told["vcs_info"]["commit_id"])
    except (metadata.PackageNotFoundError, OSError, ValueError, KeyError, TypeError):
        return "none: an installed release"


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
