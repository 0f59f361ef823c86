"""What a process of the service and the one that started it say to each other: a JSON line each way, then the end."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

Tell = Callable[[dict[str, Any]], None]


def listen() -> tuple[dict[str, Any], Tell]:
    """Return what the parent asks, and what answers it; what libraries print goes elsewhere from now on."""
    asked: dict[str, Any] = json.loads(sys.stdin.readline())
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return asked, lambda said: print(json.dumps(said), file=answers, flush=True)


def error_of(exc: Exception) -> dict[str, Any]:
    """Return how the parent is told of whatever a library says."""
    return {"error": f"{type(exc).__name__}: {exc}"}


def leave_with_parent(code: int = 0) -> None:
    """Wait until nobody holds the other end of the standard input, and end at once, whatever other threads do."""
    while os.read(0, 4096):
        continue
    os._exit(code)
