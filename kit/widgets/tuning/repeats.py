"""How many rows are there more than once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from kit.data import Dataset


def repeated(data: Dataset) -> int:
    """Return how many rows ask and answer the same as an earlier one; case, blanks and signs' forms do not count."""
    seen: set[int] = set()
    again = 0
    for row in data.items:
        key = hash((_plain((row.text, row.context, *row.choices)), row.answer))
        again += key in seen
        seen.add(key)
    return again


def _plain(texts: Iterable[str]) -> str:
    return " ".join(unicodedata.normalize("NFKC", "\n".join(texts)).casefold().split())
