"""How many steps a tuning will take, before it starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kit.data import open_data
from kit.data.bundled import DATASETS
from kit.data.spec import DataSpec
from kit.errors import KitError
from kit.i18n import ngettext
from kit.plots.words import count
from kit.tuning.schedule import total_steps

_HELD_BACK = 0.1
_MOST_BYTES = 20_000_000  # a larger file takes longer to read than a person waits for a page
_SLOW = (".parquet",)  # needs a large library first


def steps_words(data: DataSpec, *, held_back: bool, settings: Mapping[str, Any]) -> str:
    """Return how many steps a tuning will take, in words, or "" where only reading much data could tell.

    Parameters
    ----------
    data : DataSpec
        Training rows.
    held_back : bool
        Is a tenth of them kept for validation?
    settings : mapping
        "steps", "epochs" and "batch_size", as `TuneSpec` has them.
    """
    if settings["steps"]:
        n = int(settings["steps"])
        return ngettext("{n} step.", "{n} steps.", n).format(n=count(n))
    rows = _rows(data, _changed(data.source))
    if rows is None:
        return ""
    trained = rows - max(round(rows * _HELD_BACK), 1) if held_back else rows
    n = total_steps(trained, settings["batch_size"], settings["epochs"], None)
    return ngettext("About {n} step.", "About {n} steps.", n).format(n=count(n))


def _changed(source: str) -> int | None:
    """Return when a file that is quick to read was changed last, 0 for a bundled dataset, else None."""
    if source in DATASETS:
        return 0
    try:
        about = os.stat(source)
    except (OSError, ValueError):
        return None
    quick = about.st_size <= _MOST_BYTES and not source.lower().endswith(_SLOW)
    return about.st_mtime_ns if quick else None


@lru_cache(maxsize=16)
def _rows(data: DataSpec, changed: int | None) -> int | None:
    """Return how many rows `data` means; None where it is not quick to read, or where its start will tell why not."""
    if changed is None:
        return None
    try:
        return len(open_data(data))
    except (KitError, OSError):
        return None
