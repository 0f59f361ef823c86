"""Vectors of many rows on disk, and all pairs of them that point nearly the same way, block by block."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 2048  # rows: the products of two blocks take 16 MB
_ROUNDING = 0.001  # what half precision on disk may take from a product


class Vectors:
    """Vectors of length 1, kept in half precision.

    Parameters
    ----------
    folder : Path
        Where the file may lie.
    width : int
    """

    def __init__(self, folder: Path, width: int) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (goes with this object)
        self._width, self._rows = width, 0

    def __len__(self) -> int:
        return self._rows

    def add(self, vectors: NDArray[Any]) -> None:
        """Put away the vectors of the next rows."""
        self._file.seek(2 * self._width * self._rows)
        self._file.write(vectors.astype(np.float16).tobytes())
        self._rows += len(vectors)

    def alike(self, least: float, keys: NDArray[Any]) -> Iterator[tuple[NDArray[Any], NDArray[Any], float]]:
        """Yield pairs of rows with the same key and a product of at least `least`, these, and the share that is done.

        Parameters
        ----------
        least : float
        keys : array, shape (rows,)

        Yields
        ------
        pairs : array of int64, shape (n, 2)
        products : array of float32, shape (n,)
        done : float, 0..1
        """
        blocks = -(-self._rows // _BLOCK)
        total = max(blocks * (blocks + 1) // 2, 1)
        done = 0
        for one in range(blocks):
            left = self._block(one)
            for other in range(one, blocks):
                products = left @ (left if other == one else self._block(other)).T
                a, b = np.nonzero(products >= least - _ROUNDING)
                pairs = np.stack([a + one * _BLOCK, b + other * _BLOCK], axis=1)
                kept = (pairs[:, 0] < pairs[:, 1]) & (keys[pairs[:, 0]] == keys[pairs[:, 1]])
                done += 1
                yield pairs[kept], products[a[kept], b[kept]], done / total

    def _block(self, block: int) -> NDArray[Any]:
        first = block * _BLOCK
        count = min(_BLOCK, self._rows - first)
        self._file.seek(2 * self._width * first)
        data = self._file.read(2 * self._width * count)
        vectors: NDArray[Any] = np.frombuffer(data, np.float16).reshape(count, self._width).astype(np.float32)
        return vectors
