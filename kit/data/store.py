"""Rows that are in no file get one, named by their content, so that a spec can name them for another process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from kit.place import home, write_atomic


def store_rows(rows: Iterable[tuple[str, str]], *, text: str, label: str) -> Path:
    """Write rows to a JSONL file under the home folder, unless it is there already.

    Parameters
    ----------
    rows : iterable of (text, label)
        Checked rows.
    text, label : str
        What the columns are called.

    Returns
    -------
    Path
        An absolute path; the same for the same rows.
    """
    content = "".join(json.dumps({text: row[0], label: row[1]}, ensure_ascii=False) + "\n" for row in rows)
    key = hashlib.sha256(content.encode()).hexdigest()[:16]
    path = (home() / "data" / f"{key}.jsonl").absolute()
    if not path.exists():
        write_atomic(path, content)
    return path
