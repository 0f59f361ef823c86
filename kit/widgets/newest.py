"""The newest run that a panel of some name started, in whatever kernel, asked for as often as panels look.

All panels of a kernel share one list of the runs. Its bell, the time of the folder of all runs, tells when to look.
"""

from __future__ import annotations

import os
import threading
import time

from kit.data.read import absolute
from kit.errors import KitError
from kit.jobs import Listing, Run, Summary
from kit.place import runs_folder
from kit.spec import Spec

_SETTLES_NS = 2_000_000_000  # a folder's time is this coarse on some file systems
_LOCK = threading.Lock()
_everyone = Listing()


class Bell:
    """Tells whether runs may have come, gone, ended or been resumed since it was last asked."""

    def __init__(self) -> None:
        self._heard: tuple[str, int] | None = None

    def rung(self) -> bool:
        """Has something changed? The first answer, and any within two seconds of a change, is yes."""
        folder = str(runs_folder())
        try:
            at = os.stat(folder).st_mtime_ns
        except OSError:
            return False
        rung = self._heard != (folder, at)
        self._heard = (folder, at) if time.time_ns() - at > _SETTLES_NS else None
        return rung


def newest_run(origin: str, kind: type[Spec]) -> tuple[Run, float] | None:
    """Return the newest run of `kind` with that origin and when it was made (Unix time, seconds), or None.

    Runs whose spec cannot be read are passed over.
    """
    with _LOCK:
        _everyone.look()
        for each in _everyone.pick(origin=origin):
            run = _everyone.run(each.id)
            try:
                if isinstance(run.spec, kind):
                    return Run(run.folder), each.created  # one of its own: a status that others look at changes unseen
            except (KitError, OSError):
                continue
    return None


def runs_on(kind: str, source: str) -> list[tuple[Run, Summary]]:
    """Return the runs of a kind of work on the data `source` (an absolute path, or a name), newest first."""
    with _LOCK:
        _everyone.look()
        picked = [each for each in _everyone.pick(kind=kind) if each.data and absolute(each.data) == source]
        return [(_everyone.run(each.id), each) for each in picked]
