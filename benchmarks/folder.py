"""A folder that the command line names."""

from __future__ import annotations

from pathlib import Path


def made(named: str) -> str:
    """Return a folder as it was named, made where it is missing, so that minutes of work do not end at its absence."""
    Path(named).mkdir(parents=True, exist_ok=True)
    return named
