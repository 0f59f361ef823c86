"""Rows whose sketches agree in a band: candidates for near duplicates, band after band, from a file of keys."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LAG = 16  # neighbours that are compared where many rows share a key


class Bands:
    """Band keys of rows on disk, one band after the other.

    Parameters
    ----------
    folder : Path
        Where the file may lie.
    rows, bands : int
    """

    def __init__(self, folder: Path, *, rows: int, bands: int) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (goes with this object)
        self._rows, self.count = rows, bands

    def put(self, first: int, keys: NDArray[Any]) -> None:
        """Put away the keys of the rows from `first` on; shape (rows, bands)."""
        for band in range(self.count):
            self._file.seek(8 * (band * self._rows + first))
            self._file.write(np.ascontiguousarray(keys[:, band]).tobytes())

    def pairs(self, band: int, kept: NDArray[Any]) -> Iterator[NDArray[Any]]:
        """Yield pairs of positions in `kept` (rising) that share the key of a band; shape (n, 2).

        Where more than a few share it, those that agree in the next band too stand side by side and are compared.
        """
        keys, then = self._keys(band)[kept], self._keys((band + 1) % self.count)[kept]
        order = np.lexsort((kept, then, keys))
        keys, rows = keys[order], kept[order]
        for lag in range(1, min(_LAG, len(rows) - 1) + 1):
            found = keys[lag:] == keys[:-lag]
            if not found.any():
                return
            pairs = np.stack([rows[:-lag][found], rows[lag:][found]], axis=1).astype(np.int64)
            yield np.sort(pairs, axis=1)

    def _keys(self, band: int) -> NDArray[Any]:
        self._file.seek(8 * band * self._rows)
        return np.frombuffer(self._file.read(8 * self._rows), np.uint64)
