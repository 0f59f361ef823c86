"""What a case keeps for technicians, by the folder of its outcome."""

from __future__ import annotations

import os
from pathlib import Path

from kit.errors import DataError
from kit.i18n import _
from kit.verticals.manufacturing.planned import Decisions
from kit.verticals.manufacturing.watch import FILE, Watch, read_watch


def watched(folder: str | os.PathLike[str]) -> Watch:
    """Return the machines under watch that are kept in a folder.

    Raises
    ------
    DataError
        There are none, or another version wrote them.
    """
    found = read_watch(Path(folder) / FILE)
    if found is None:
        problem = _("No machines are under watch in {folder}.").format(folder=folder)
        raise DataError(problem, fix=_("Run the manufacturing notebook, up to its alarms."))
    return found


def decisions(folder: str | os.PathLike[str]) -> Decisions:
    """Return what technicians decided, kept in a folder."""
    return Decisions(Path(folder))
