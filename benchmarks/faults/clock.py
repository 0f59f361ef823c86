"""A clock that somebody sets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def jumping(by: float) -> Iterator[None]:
    """Let the clock of this process go wrong by so many seconds."""
    true = time.time
    time.time = lambda: true() + by
    try:
        yield
    finally:
        time.time = true
