"""Which process a run is, so that a process id used again by another program fools nobody.

Linux counts when a process was started in ticks since the machine was, and gives each start of the machine an id. Both
stay as they are when somebody sets the clock, which a start time as a date does not.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psutil

from kit.place import write_atomic

_WORKER = "process.json"
_STARTER = "starter.json"  # whoever brings the worker up; counts until that has said who it is
_NOTE = "exit.json"
_SAME_START_S = 0.5  # psutil derives start times from clock ticks


def write_identity(folder: Path, pid: int) -> None:
    """Write down the process `pid` as the one that carries the run in `folder` out."""
    _write(folder / _WORKER, pid)


def write_starter(folder: Path, pid: int, *, anew: bool = False) -> None:
    """Write down the process `pid` as the one that stands for the run until its worker does.

    `anew`: another attempt begins, and the worker of the last one counts no more.
    """
    _write(folder / _STARTER, pid)
    if anew:
        (folder / _WORKER).unlink(missing_ok=True)


def read_identity(folder: Path) -> dict[str, Any] | None:
    """Return what was written down of the run's process ("pid" and more), or None before it has one."""
    return _read(folder / _WORKER) or _read(folder / _STARTER)


def alive(folder: Path) -> bool:
    """Does the process of the run in `folder` live?"""
    worker = _read(folder / _WORKER)
    if worker is not None:
        return is_living(worker)
    starter = _read(folder / _STARTER)
    born_dead = (folder / _NOTE).exists()  # its parent saw it end before it could say who it was
    return starter is not None and not born_dead and is_living(starter)


def is_living(identity: dict[str, Any]) -> bool:
    """Does the process live that `read_identity` told of?"""
    pid = identity["pid"]
    if "ticks" in identity:
        state, ticks = _stat(pid)
        return ticks == identity["ticks"] and boot_id() == identity["boot"] and state not in ("Z", "X", "")
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - identity["created"]) < _SAME_START_S
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def boot_id() -> str | None:
    """Return what names the present start of this machine, or None where the system has no such name."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None


def _write(path: Path, pid: int) -> None:
    identity = _identity(pid)
    if identity is not None:  # else it has ended already, and said how in the log
        write_atomic(path, json.dumps(identity))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        identity: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = isinstance(identity["pid"], int) and ("ticks" in identity or identity["created"] >= 0)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return identity if known else None


def _identity(pid: int) -> dict[str, Any] | None:
    _state, ticks = _stat(pid)
    boot = boot_id()
    if ticks is not None and boot is not None:
        return {"pid": pid, "ticks": ticks, "boot": boot}
    try:
        return {"pid": pid, "created": psutil.Process(pid).create_time()}
    except psutil.NoSuchProcess:
        return None


def _stat(pid: int) -> tuple[str, int | None]:
    """Return the state of a process and when it began, as proc(5) has them (fields 3 and 22)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", None
    values = text.rpartition(")")[2].split()  # the name of a program may hold spaces and brackets
    return values[0], int(values[19])
