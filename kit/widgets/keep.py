"""What a panel keeps between two runs of its cell, beyond the runs it started: a choice, half-filled settings."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from kit.jobs import read_only
from kit.place import home, write_atomic


def recall(name: str) -> dict[str, Any]:
    """Return what the panel `name` kept, or an empty dict where there is nothing that can be read."""
    try:
        kept = json.loads(_file(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def keep(name: str, values: dict[str, Any]) -> None:
    """Keep `values` for the panel `name`, instead of what it kept before; what visitors choose is theirs alone."""
    if read_only():
        return
    write_atomic(_file(name), json.dumps(values, ensure_ascii=False))


def _file(name: str) -> Path:
    safe = re.sub(r"[^\w.-]", "-", name)[:60]
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]  # two names must not share a file
    return home() / "panels" / f"{safe}-{mark}.json"
