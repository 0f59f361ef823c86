"""Where a result came from: versions, commit, machine. What cannot be known is said to be unknown."""

from __future__ import annotations

import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from kit.machine.facts import this_machine
from kit.version import version

PACKAGES = ("torch", "transformers", "peft", "accelerate", "bitsandbytes", "numpy")


@cache
def provenance() -> dict[str, Any]:
    """Return versions, commit and machine as plain values."""
    return {
        "tunebook": version(),
        "commit": _commit(),
        "packages": {name: _version_of(name) for name in PACKAGES},
        "machine": this_machine().to_dict(),
    }


def _version_of(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    """Return the commit of a development checkout, with "+dirty" for changes, or why there is none."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return "none: an installed release"
    try:
        head = _git(root, "rev-parse", "HEAD")
        return head + ("+dirty" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError) as exc:
        return f"unknown: {exc}"


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
