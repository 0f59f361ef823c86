"""Which origin a source names, and its rows."""

from __future__ import annotations

import os
import time
from pathlib import Path

from kit.data.origin.address import is_database, is_hub
from kit.data.record import Records

SETTLES_NS = 2_000_000_000  # a file's time is this coarse on some file systems


def open_origin(source: str, *, query: str = "", password_variable: str = "") -> Records | None:
    """Return the rows of a database, the hub or a saved folder; None where `source` is bundled or a file.

    Raises
    ------
    KitError
        Whatever the origin has to say.
    """
    if is_database(source):
        from kit.data.origin.sql import QueryRows

        return QueryRows(source, query, password_variable)
    if is_hub(source):
        from kit.data.origin.hf_hub import open_hub

        return open_hub(source)
    path = Path(os.path.expanduser(source))
    if not os.path.isdir(path):
        return None
    from kit.data.origin.hf_folder import FolderRows, is_saved

    return FolderRows(path) if is_saved(path) else None


def absolute_origin(source: str) -> str | None:
    """Return `source` as a process in another folder understands it, or None where it is a path or a name."""
    if is_database(source):
        from kit.data.origin.sql import absolute_address

        return absolute_address(source)
    return source if is_hub(source) else None


def size_of(source: str) -> int | None:
    """Return the bytes of a file or a saved folder; None of a database and the hub, where asking takes long.

    Raises
    ------
    OSError
        There is no such file.
    """
    if is_database(source) or is_hub(source):
        return None
    path = Path(os.path.expanduser(source))
    if os.path.isdir(path):
        return sum(file.stat().st_size for file in path.iterdir() if file.is_file())
    return os.stat(path).st_size


def state_of(folder: str) -> object:
    """Return what changes when the rows of a saved dataset do, or None where it is none or was changed just now."""
    from kit.data.origin.hf_folder import changed, is_saved

    path = Path(folder)
    if not is_saved(path):
        return None
    files = changed(path)
    newest = max((at for _size, at in files), default=0)
    return (folder, *files) if time.time_ns() - newest > SETTLES_NS else None
