"""How a process ended, written down by whoever saw it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from kit.place import write_atomic


@dataclass(frozen=True)
class ExitNote:
    """How a process ended.

    Parameters
    ----------
    pid : int
        Which one.
    code : int
        Its exit code, or minus the signal that ended it.
    peak_mib : float
        The greatest resident memory it had, in MiB.
    oom_kills : int, optional
        How many processes the system ended for lack of memory while this one lived; None where it does not tell.
    at : float
        Unix time.
    """

    pid: int
    code: int
    peak_mib: float = 0.0
    oom_kills: int | None = None
    at: float = 0.0


def write_note(path: str, pid: int, code: int, peak_mib: float, oom_kills: int | None) -> None:
    """Write down how the process `pid` ended; where there is no room, nothing is written."""
    note = ExitNote(pid, code, peak_mib, oom_kills, time.time())
    with contextlib.suppress(OSError):
        if os.path.isdir(os.path.dirname(path)):  # else the run was moved or removed meanwhile
            write_atomic(Path(path), json.dumps(dataclasses.asdict(note)))


def read_note(path: Path) -> ExitNote | None:
    """Return what was written down in `path`, or None where nobody saw the end."""
    try:
        return ExitNote(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
