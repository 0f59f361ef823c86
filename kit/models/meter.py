"""How many bytes of a download are there, and is there room for it?"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from kit.errors import KitError
from kit.i18n import _
from kit.report import Report

_MB = 1e6


class ByteMeter:
    """Says the progress of a download in MB, at most five times a second, and heeds a stop.

    Parameters
    ----------
    report : Report
        Who is told.
    phase : str
        What is going on.
    total : float, optional, bytes
        How many there will be, if known.
    """

    _PAUSE_S = 0.2

    def __init__(self, report: Report, phase: str, total: float | None = None) -> None:
        self._report, self._phase, self.total = report, phase, total
        self._said = 0.0
        report.progress(phase, 0, total and round(total / _MB, 1), "MB")

    def at(self, done: float) -> None:
        """Say that `done` bytes are there; raises `Stopped` when a stop was asked for."""
        self._report.check()
        now = time.monotonic()
        if now - self._said >= self._PAUSE_S or (self.total and done >= self.total):
            self._said = now
            total = round(max(self.total, done) / _MB, 1) if self.total else None
            self._report.progress(self._phase, round(done / _MB, 1), total, "MB")


def require_room(folder: Path, needed: float) -> None:
    """Make sure that `needed` more bytes fit on the disk of `folder`, which need not exist yet.

    Raises
    ------
    KitError
        They do not; the message tells how many are free and where.
    """
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise KitError(
            _("The download needs {needed:.0f} MB, and {folder} has only {free:.0f} MB free.").format(
                needed=needed / _MB, folder=existing, free=free / _MB
            ),
            fix=_("Make room there, or point TUNEBOOK_CACHE (and HF_HOME) to a larger disk."),
        )
