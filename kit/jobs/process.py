"""Which process a run is, so that a process id used again by another program fools nobody."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psutil

from kit.place import write_atomic

_FILE = "process.json"
_SAME_START_S = 0.5  # psutil derives start times from clock ticks


def write_identity(folder: Path, pid: int) -> None:
    """Write down the process `pid` as the one that carries the run in `folder` out."""
    try:
        created = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return  # it has ended already, and said how in the log
    write_atomic(folder / _FILE, json.dumps({"pid": pid, "created": created}))


def read_identity(folder: Path) -> dict[str, float] | None:
    """Return "pid" and "created" (Unix time) of the run's process, or None before it has one."""
    try:
        identity = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return {"pid": identity["pid"], "created": identity["created"]}
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def alive(folder: Path) -> bool:
    """Does the process of the run in `folder` live?"""
    identity = read_identity(folder)
    if identity is None:
        return False
    try:
        process = psutil.Process(int(identity["pid"]))
        same = abs(process.create_time() - identity["created"]) < _SAME_START_S
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_this(folder: Path) -> bool:
    """Is the run in `folder` carried out by the process that asks?"""
    identity = read_identity(folder)
    return identity is not None and int(identity["pid"]) == os.getpid() and alive(folder)
