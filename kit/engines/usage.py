"""How many tokens an answer took, as told by whoever wrote it. Light."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kit.engines.protocol import Token


@dataclass(frozen=True)
class Usage:
    """What one request took.

    Parameters
    ----------
    prompt_tokens : int or None
        Read; None where it was not told.
    new_tokens : int
        Written.
    """

    prompt_tokens: int | None
    new_tokens: int


def usage_of(stream: Iterable[Token]) -> Usage | None:
    """Return what a finished stream of tokens tells of itself; None where one piece of it is one token, or may be."""
    found = getattr(stream, "usage", None)
    return found if isinstance(found, Usage) else None
