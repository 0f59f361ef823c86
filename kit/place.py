"""Where Tunebook keeps things, and how it writes them so that nothing is lost.

``TUNEBOOK_HOME`` (runs: precious) and ``TUNEBOOK_CACHE`` (models and conversions: can be made again) override the
platform's own folders.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import platformdirs

from kit.i18n import _
from kit.report import Report

T = TypeVar("T")

# A disk that is full, over quota or just now read-only: what a person can put right while the work waits.
_MENDABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
_MOST_BYTES = 10e9  # of what can be made again, of one kind
_RECENT_S = 3600.0
_RETRY_S = 0.5
_PATIENCE_S = 3600.0


def home() -> Path:
    """Return the folder for what a person made: runs and their artifacts."""
    return Path(os.environ.get("TUNEBOOK_HOME") or platformdirs.user_data_path("tunebook", appauthor=False))


def cache() -> Path:
    """Return the folder for what can be fetched or made again: model weights, conversions."""
    return Path(os.environ.get("TUNEBOOK_CACHE") or platformdirs.user_cache_path("tunebook", appauthor=False))


def runs_folder() -> Path:
    """Return the folder that holds one folder for each run."""
    return home() / "runs"


def write_atomic(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        # In JSON a lone surrogate (from a file name that is not UTF-8) so becomes an escape that reads back.
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def trim(folder: Path, most_bytes: float = _MOST_BYTES, *, recent_s: float = _RECENT_S) -> None:
    """Remove what was used longest ago from a folder of the cache, until it holds at most `most_bytes`.

    Parameters
    ----------
    folder : Path
        Of folders that can be made again; hidden ones are being made, and stay.
    most_bytes : float, default 10 GB
    recent_s : float, default 3600, seconds
        What was used so shortly ago stays: another process may be reading it.
    """
    found = []
    for place in folder.iterdir() if folder.is_dir() else ():
        if place.is_dir() and not place.is_symlink() and not place.name.startswith("."):
            with contextlib.suppress(OSError):  # another process removes it just now
                stats = [path.stat() for path in place.rglob("*") if path.is_file()]
                used = max((max(stat.st_mtime, stat.st_atime) for stat in stats), default=0.0)
                found.append((used, sum(stat.st_size for stat in stats), place))
    held = sum(size for _used, size, _place in found)
    for used, size, place in sorted(found):
        if held <= most_bytes or used > time.time() - recent_s:
            return
        going = place.with_name(f".going.{place.name}")
        with contextlib.suppress(OSError):  # nobody finds it half gone; what cannot go stays
            os.replace(place, going)
            held -= size
        shutil.rmtree(going, ignore_errors=True)


def patiently(write: Callable[[], T], report: Report, *, patience_s: float = _PATIENCE_S) -> T:
    """Return what `write` returns, trying again while the disk is full or cannot be written to.

    Hours of work must not be lost because their last file had no room.

    Parameters
    ----------
    write : callable
        Writes a file; what it raises for any other reason goes through at once.
    report : Report
        Told what is waited for; asked to stop, the waiting ends.
    patience_s : float, default 3600, seconds
        How long to wait for room.

    Raises
    ------
    OSError
        There was no room in all that time, or a stop was asked for meanwhile.
    """
    until = time.monotonic() + patience_s
    told = False
    while True:
        try:
            return write()
        except OSError as exc:
            if not mendable(exc) or time.monotonic() > until or (told and report.stop_asked()):
                raise
            if not told:
                report.message(
                    _("Waiting: {file} cannot be written ({reason}).").format(
                        file=exc.filename or "", reason=exc.strerror
                    )
                )
                report.progress("waiting for room on the disk")
                told = True
            time.sleep(_RETRY_S)


def mendable(exc: OSError) -> bool:
    """Is this a full or unwritable disk, which a person can put right while the work goes on?"""
    return exc.errno in _MENDABLE
