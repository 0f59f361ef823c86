"""What counts as the same text: one form for all ways of writing it, and short marks of it.

Two texts are the same after Unicode NFKC (full-width letters, ligatures), case folding and collapsing of blanks. What
only looks alike (a missing sign, a typing error) is left to near duplicates.
"""

from __future__ import annotations

import unicodedata
from hashlib import blake2b

from kit.data.row import Row


def normal(text: str) -> str:
    """Return `text` in the form in which it is compared.

    >>> normal(" Ｓales  ROSE\\n")
    'sales rose'
    """
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def mark(text: str) -> int:
    """Return 64 bits that stand for `text`: of a million rows two differ and share them once in 30 million times."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def answered(row: Row) -> str:
    """Return the right answer of a row as one text, in the form in which it is compared; "" where there is none."""
    return normal("\x1f".join(sorted(row.accepted)) or row.answer)
