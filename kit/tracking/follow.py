"""Tell MLflow what a run says, until it is over and all is told; one process at a time does so for a run."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.jobs import Run
from kit.jobs.events import EventReader
from kit.models.folder import read_json
from kit.tracking.target import Target
from kit.tracking.told import Curves, events_before, points_of_result, provenance_tags

_LOCK = "mirror.lock"
_EVERY_S = 1.0


@contextlib.contextmanager
def only_one(folder: Path, *, wait_s: float = 0) -> Iterator[bool]:
    """Hold the right to mirror the run in `folder`; yields whether it was to be had within `wait_s` seconds.

    The file that stands for the right tells the id of the process that held it last.
    """
    until = time.monotonic() + wait_s
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        mine = _locked(handle)
        while not mine and time.monotonic() < until:
            time.sleep(0.1)
            mine = _locked(handle)
        if mine:
            _sign(handle)
        yield mine
    finally:
        os.close(handle)


def _sign(handle: int) -> None:
    with contextlib.suppress(OSError):  # a full disk
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def follow(client: Any, run: Run, uri: str) -> Target:
    """Tell MLflow what `run` says until it is over and all is told."""
    target = Target(client, run, uri)
    log = run.folder / "events.jsonl"
    curves, reader = Curves(), EventReader(log)
    if target.read:
        curves.add(events_before(log, target.read))
        reader.offset = target.read
    while (run.folder / "about.json").exists():  # else it was moved to the trash
        status = run.status
        over = status.over  # asked before the log is read, so that a last word is never missed
        points = curves.add(reader.read())
        if not over:
            target.tell(points, reader.offset, status)
            time.sleep(_EVERY_S)
        elif target.told(status, reader.offset):
            break
        else:
            result = read_json(run.folder / "result.json") or {}
            points += points_of_result(result, curves.names, int((status.ended or time.time()) * 1000))
            target.tell(points, reader.offset, status, provenance_tags(result.get("provenance") or {}))
            target.close(status)
            break
    return target
