"""The lock of a run: one process at a time carries it out.

Whoever starts or resumes a run takes the lock and hands the open file on to the worker, so there is no moment in which
two could begin. The system lets it go when the last process that holds the file is gone, however it went.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from kit.errors import KitError
from kit.i18n import _

_FILE = "lock"


class RunBusyError(KitError):
    """Another process carries the run out."""


@contextlib.contextmanager
def run_lock(folder: Path) -> Iterator[int]:
    """Hold the lock of the run in `folder`, and yield the open file that stands for it.

    At the end only this process lets go: another one that was given the file still holds the lock.

    Raises
    ------
    RunBusyError
        Somebody else holds it.
    KitError
        The folder cannot be written to.
    """
    try:
        handle = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as exc:
        raise KitError(
            _("Run {id} cannot be carried out: its folder cannot be written to ({reason}).").format(
                id=folder.name, reason=exc.strerror
            ),
            fix=_("Make room on the disk, or the folder writable: {folder}").format(folder=folder),
        ) from exc
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunBusyError(
                _("Run {id} is being carried out already.").format(id=folder.name),
                fix=_("Watch it: it goes on by itself."),
            ) from None
        yield handle
    finally:
        os.close(handle)
