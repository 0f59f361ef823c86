"""What a text is compared by at first: its different words, as a set of 32-bit hashes kept on disk.

Where characters stand for words (Chinese), pairs of neighbours are taken: single ones are too common to tell texts
apart.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.gate.alike.words import Words, distinct, mixed

_AT_ONCE = 1 << 20  # features: 4 MB


def hashes_of(words: Words) -> NDArray[Any]:
    """Return the feature that each word stands for: itself, or with its right neighbour where both stand alone."""
    hashes = words.hashes.copy()
    first = np.flatnonzero(words.alone[:-1] & words.alone[1:] & (words.texts[:-1] == words.texts[1:]))
    hashes[first] = mixed(hashes[first] * np.uint64(3) + words.hashes[first + 1])
    return (hashes >> np.uint64(32)).astype(np.uint32)


def features_of(words: Words) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the features of all texts, each once for a text, and the text of each; ordered by text."""
    both = distinct((words.texts.astype(np.uint64) << np.uint64(32)) | hashes_of(words))
    return (both & np.uint64(0xFFFFFFFF)).astype(np.uint32), (both >> np.uint64(32)).astype(np.int64)


class Features:
    """Sets of features on disk, row after row, and in how many rows each stands.

    Parameters
    ----------
    folder : Path
        Where the file may lie.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (goes with this object)
        self._ends = array("Q", [0])
        self.rows_with = Counts()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, words: Words) -> None:
        """Put away the features of the next texts."""
        found, owner = features_of(words)
        self._file.write(found.tobytes())
        ends = self._ends[-1] + np.cumsum(np.bincount(owner, minlength=words.count)).astype(np.uint64)
        self._ends.frombytes(ends.tobytes())
        self.rows_with.add(found)

    def chunks(self) -> Iterator[tuple[int, NDArray[Any], NDArray[Any]]]:
        """Yield all rows in order: the position of the first of a chunk, all features, and where each row's begin."""
        self._file.seek(0)
        ends = np.frombuffer(self._ends, np.uint64).astype(np.int64)
        first = 0
        while first < len(self):
            last = int(np.searchsorted(ends, ends[first] + _AT_ONCE, side="right")) - 1
            last = max(last, first + 1)
            bounds = ends[first : last + 1] - ends[first]
            yield first, np.frombuffer(self._file.read(4 * int(bounds[-1])), np.uint32), bounds
            first = last

    def sizes(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return how many features rows have."""
        ends = np.frombuffer(self._ends, np.uint64)
        found: NDArray[Any] = (ends[rows + 1] - ends[rows]).astype(np.int64)
        return found

    def gather(self, rows: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the features of some rows, one after the other, and how many each has."""
        self._file.flush()
        pieces, counts = [], []
        for row in rows.tolist():
            start, end = self._ends[row], self._ends[row + 1]
            self._file.seek(4 * start)
            pieces.append(self._file.read(4 * (end - start)))
            counts.append(end - start)
        return np.frombuffer(b"".join(pieces), np.uint32), np.array(counts, np.int64)


class Counts:
    """In how many rows each feature stands, in a table of fixed size; two that share a cell are counted together."""

    def __init__(self, bits: int = 22) -> None:
        self._shift = np.uint32(32 - bits)
        self._cells = np.zeros(1 << bits, np.uint32)

    def add(self, features: NDArray[Any]) -> None:
        """Count features, each once for every row that it stands in."""
        cells = np.sort(features >> self._shift)
        bounds = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1], True]) if len(cells) else np.zeros(1, int)
        self._cells[cells[bounds[:-1]]] += np.diff(bounds).astype(np.uint32)

    def of(self, features: NDArray[Any]) -> NDArray[Any]:
        """Return the count of each feature."""
        counts: NDArray[Any] = self._cells[features >> self._shift]
        return counts
