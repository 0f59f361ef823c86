"""The trash: runs that were deleted, whole, until it is emptied."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from pathlib import Path

from kit.errors import KitError, ParameterError, RunNotFoundError
from kit.i18n import _
from kit.jobs import process
from kit.jobs.allowed import check_allowed
from kit.jobs.run import Run
from kit.jobs.summary import ring
from kit.place import home, runs_folder

_NOTE = "deleted.json"
_GOING = ".going-"  # what was begun to be removed for good is no run any more
_DAY_S = 86_400


def trash_folder() -> Path:
    """Return the folder that holds one folder for each deleted run."""
    return home() / "trash"


def discard(run: Run) -> None:
    """Move a run that is over to the trash.

    Raises
    ------
    RunNotFoundError
        It was deleted or moved away meanwhile.
    KitError
        The run is not over, or its folder cannot be moved; nothing has changed then.
    """
    check_allowed()
    try:
        _discard(run)
    except FileNotFoundError as exc:  # somebody else was quicker
        gone = _("Run {id!r} is not there.").format(id=run.id)
        raise RunNotFoundError(gone, fix=_("It was deleted or moved.")) from exc


def _discard(run: Run) -> None:
    before = process.read_identity(run.folder)
    if not run.status.over:
        raise _living(run)
    trash = trash_folder()
    trash.mkdir(parents=True, exist_ok=True)
    try:
        # Not by `write_atomic`, which would make the folder anew where somebody has just moved it away.
        (run.folder / _NOTE).write_text(json.dumps({"deleted": time.time()}), encoding="utf-8")
    except FileNotFoundError:
        raise
    except OSError as exc:
        raise _immovable(run.id, exc) from exc
    _move(run.folder, trash / run.id)
    moved = Run(trash / run.id)
    if process.read_identity(moved.folder) != before or not moved.status.over:  # it was taken up again meanwhile
        _move(trash / run.id, run.folder)
        raise _living(run)


def trashed() -> list[Run]:
    """Return the runs in the trash, the one deleted last first."""
    return [Run(path) for path in sorted(_held(), key=_deleted, reverse=True)]


def restore(id: str) -> Run:
    """Bring the run of this id back from the trash and return it.

    Raises
    ------
    RunNotFoundError
        It is not in the trash.
    KitError
        Its folder cannot be moved.
    """
    check_allowed()
    found = next((path for path in _held() if path.name == id), None)
    if found is None:
        known = ", ".join(run.id for run in trashed()[:5])
        raise RunNotFoundError(
            _("Run {id!r} is not in the trash.").format(id=id),
            fix=_("Deleted last: {known}.").format(known=known) if known else _("The trash is empty."),
        )
    back = runs_folder() / found.name
    back.parent.mkdir(parents=True, exist_ok=True)
    _move(found, back)
    with contextlib.suppress(OSError):
        (back / _NOTE).unlink(missing_ok=True)
    return Run(back)


def empty_trash(older_than_days: float = 30) -> int:
    """Remove for good what was deleted long ago and return how many runs that were.

    Parameters
    ----------
    older_than_days : float, default 30, days
        0 removes everything.

    Raises
    ------
    ParameterError
        `older_than_days` is negative or no number.
    """
    check_allowed()
    if isinstance(older_than_days, bool) or not isinstance(older_than_days, int | float) or not older_than_days >= 0:
        raise ParameterError("older_than_days", older_than_days, allowed=_("a number from 0"))
    until = time.time() - older_than_days * _DAY_S
    old = [path for path in _held() if _deleted(path) <= until]
    for path in old:
        path.rename(path.with_name(_GOING + path.name))  # from here on it cannot be restored by half
    for path in trash_folder().glob(f"{_GOING}*"):
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def _held() -> list[Path]:
    folder = trash_folder()
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if not path.name.startswith(".") and (path / "about.json").exists()]


def _deleted(path: Path) -> float:
    try:
        return float(json.loads((path / _NOTE).read_text(encoding="utf-8"))["deleted"])
    except (OSError, ValueError, TypeError, KeyError):
        return path.stat().st_ctime  # a move changes it


def _move(path: Path, to: Path) -> None:
    try:
        if os.path.lexists(to):  # a rename would replace an empty folder
            raise FileExistsError(_("{name} is there already").format(name=to.name))
        path.rename(to)
    except OSError as exc:
        raise _immovable(path.name, exc) from exc
    ring(runs_folder())


def _living(run: Run) -> KitError:
    return KitError(
        _("Run {id} is not over: it is {status}.").format(id=run.id, status=run.status),
        fix=_("Stop it first: run.stop().") + " " + _("Then wait until it is over: run.wait()."),
    )


def _immovable(name: str, exc: OSError) -> KitError:
    return KitError(
        _("Run {id} cannot be moved: {exc}.").format(id=name, exc=exc.strerror or exc),
        fix=_("Check that its folder may be written to; nothing was changed."),
    )
