"""Where Tunebook keeps things, and how it writes them so that nothing is lost.

``TUNEBOOK_HOME`` (runs: precious) and ``TUNEBOOK_CACHE`` (models and conversions: can be made again) override the
platform's own folders.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs


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
