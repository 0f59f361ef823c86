"""The numbers in rows: short rows that differ in one are not the same, so they need not be compared at all.

That keeps tables and logs quick, where thousands of rows agree in everything else.
"""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.gate.alike.words import Words, mixed

_SHORT = (40, 72)  # words, in turns from band to band: of two rows on both sides of one limit the other finds them


class Numbers:
    """Nine bytes a row: a hash of its numbers, and how many words it has."""

    def __init__(self) -> None:
        self._hashes, self._lengths = array("Q"), array("B")

    def add(self, words: Words) -> None:
        """Enter the next rows."""
        sums = np.zeros(words.count, np.uint64)
        np.add.at(sums, words.texts[words.numeral], mixed(words.hashes[words.numeral]))
        lengths = np.minimum(np.bincount(words.texts, minlength=words.count), 255)
        self._hashes.frombytes(sums.tobytes())
        self._lengths.frombytes(lengths.astype(np.uint8).tobytes())

    def into(self, keys: NDArray[Any], first: int) -> NDArray[Any]:
        """Return band keys (rows from `first` on, bands) that short rows with other numbers do not share."""
        rows = slice(first, first + len(keys))
        hashes = np.frombuffer(self._hashes, np.uint64)[rows]
        lengths = np.frombuffer(self._lengths, np.uint8)[rows]
        for place, limit in enumerate(_SHORT):
            short = lengths <= limit
            keys[short, place :: len(_SHORT)] ^= mixed(hashes[short] + np.uint64(1))[:, None]
        return keys
