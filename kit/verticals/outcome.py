"""What a vertical has shown so far, in one small file: apps, the gallery, the foot line and the benchmark read it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.place import home, write_atomic

_FILE = "outcome.json"
_QUICK = "-quick"


@dataclass(frozen=True)
class Outcome:
    """What was measured of one vertical on some data.

    Parameters
    ----------
    path : Path
        Of the file; it need not be there.
    values : dict
        What it holds; empty where there is none.
    """

    path: Path
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def facts(self) -> dict[str, Any]:
        """The vertical's own numbers."""
        return dict(self.values.get("facts") or {})

    @property
    def changed(self) -> int:
        """When it was last written, in nanoseconds; 0 where it is not there."""
        return _changed(self.path)


def outcome_of(vertical: str, data: str, *, quick: bool = False) -> Outcome:
    """Return what was measured of `vertical` on the data of that name."""
    return _read(_folder(vertical) / f"{data}{_QUICK if quick else ''}" / _FILE)


def newest_outcome(vertical: str, *, quick: bool | None = None) -> Outcome | None:
    """Return what was measured last of `vertical`, or None.

    Parameters
    ----------
    quick : bool, optional
        Of quick looks only, or of none; left out, whole ones go before quick ones.
    """
    found = [path for path in _folder(vertical).glob(f"*/{_FILE}") if _changed(path)]
    looks = [path for path in found if path.parent.name.endswith(_QUICK)]
    whole = [path for path in found if path not in looks]
    among = whole or looks if quick is None else looks if quick else whole
    return _read(max(among, key=_changed)) if among else None


def write(outcome: Outcome, values: Mapping[str, Any], *, key: str) -> Outcome:
    """Add `values` to what is known, and return the outcome; what belongs to another `key` is forgotten.

    Parameters
    ----------
    outcome : Outcome
    values : mapping
        Plain values; "facts" and "runs" are added to those there are.
    key : str
        What is equal exactly when the same was asked of the same data.
    """
    held = _read(outcome.path).values
    kept = held if held.get("key") == key else {}
    merged = {**kept, **values, "key": key, "date": time.strftime("%Y-%m-%d")}
    for name in ("facts", "runs", "seconds"):
        merged[name] = {**(kept.get(name) or {}), **(values.get(name) or {})}
    if {**merged, "date": kept.get("date")} != kept:
        write_atomic(outcome.path, json.dumps(merged, indent=1, ensure_ascii=False) + "\n")
    return Outcome(outcome.path, merged)


def _folder(vertical: str) -> Path:
    return home() / "verticals" / vertical


def _read(path: Path) -> Outcome:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Outcome(path)
    return Outcome(path, values if isinstance(values, dict) else {})


def _changed(path: Path) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
