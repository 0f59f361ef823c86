"""Start a run, in a process of its own or right here."""

from __future__ import annotations

import json
import os
import random
import string
import subprocess
import sys
import time
from pathlib import Path

from kit.isolated import worker_environment
from kit.jobs.process import write_identity
from kit.jobs.run import Run
from kit.jobs.terminal import ProgressLine, TerminalReport
from kit.jobs.work import work
from kit.place import runs_folder, write_atomic
from kit.spec import Spec, check_work

_children: list[subprocess.Popen[bytes]] = []


def create_run(spec: Spec, *, origin: str | None = None) -> Run:
    """Make the folder of a run that has not begun."""
    check_work(spec)
    kind = type(spec).__name__.removesuffix("Spec").lower()
    while True:
        letters = "".join(random.choices(string.ascii_lowercase, k=4))
        folder = runs_folder() / f"{time.strftime('%Y%m%d-%H%M%S')}-{kind}-{letters}"
        try:
            folder.mkdir(parents=True)
            break
        except FileExistsError:
            continue
    (folder / "artifacts").mkdir()
    write_atomic(folder / "spec.json", spec.to_json())
    about = {"created": time.time(), "cwd": str(_here()), "origin": origin}
    write_atomic(folder / "about.json", json.dumps(about))  # last: it makes the folder a run
    return Run(folder)


def start(spec: Spec, *, origin: str | None = None) -> Run:
    """Start `spec` in a process of its own and return at once.

    The process is the leader of a new session: it outlives the cell, the kernel and the browser tab.

    Parameters
    ----------
    spec : Spec
        What to do.
    origin : str, optional
        The name of the panel that starts it, by which the panel finds it again.
    """
    run = create_run(spec, origin=origin)
    with open(run.folder / "log.txt", "ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "kit.jobs.worker", str(run.folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=_here(),
            env=worker_environment(),
        )
    write_identity(run.folder, child.pid)
    _children[:] = [other for other in _children if other.poll() is None]  # reap those that have ended
    _children.append(child)
    return run


def run_here(spec: Spec) -> Run:
    """Carry `spec` out in this process, as a run that others can watch, and return it when it is over.

    How far it is shows on standard error: one line that moves on a terminal, one line for each phase elsewhere.
    """
    run = create_run(spec)
    write_identity(run.folder, os.getpid())
    line = ProgressLine()
    shown = TerminalReport(run.folder, line)
    try:
        work(run.folder, heard=shown.emit)
    finally:
        line.clear()
    return run


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # the folder was removed while the kernel stood in it
        return Path.home()
