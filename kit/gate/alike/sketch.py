"""MinHash sketches of sets whose members weigh 0, 1, 2 or 4, and the band keys by which alike ones are found.

MinHash: Broder 1997, "On the resemblance and containment of documents"; banding: Leskovec, Rajaraman and Ullman,
"Mining of Massive Datasets", chapter 3. Two sets of resemblance j share the key of a band of r hashes with probability
j^r, and one of b bands with 1 - (1 - j^r)^b. A member that weighs more has its hashes divided by its weight, so it is
the smallest more often; that is near enough to exact weighted sampling, and needs shifts only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.gate.alike.words import mixed

EMPTY = np.uint32(0xFFFFFFFF)
_ROWS = 256  # at once: their sketches fit into the processor's cache
_LONG = 4096  # features: longer rows are sketched one by one


def shape_for(rows: int) -> tuple[int, int]:
    """Return bands and hashes a band: few rows can afford to compare those that are less alike.

    >>> shape_for(1000), shape_for(1000000)
    ((48, 3), (40, 5))
    """
    if rows <= 20_000:
        return 48, 3
    return (44, 4) if rows <= 100_000 else (40, 5)


def shifts_for(counts: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return log2 of the weight of features, by the count of rows that hold them; -1 for weight 0.

    What stands in more than a quarter of the rows is their form, not what they say.
    """
    share = counts / max(rows, 1)
    shifts = np.full(len(counts), 2, np.int8)
    shifts[share > 0.005] = 1
    shifts[share > 0.05] = 0
    if rows >= 50:
        shifts[share > 0.25] = -1
    return shifts


class Sketcher:
    """Makes sketches of `hashes` numbers from sets of 32-bit features.

    Parameters
    ----------
    hashes : int
        Numbers in a sketch.
    seed : int, default 0
        Of the hash functions.
    """

    def __init__(self, hashes: int, seed: int = 0) -> None:
        draw = np.random.default_rng(seed)
        self._factors = draw.integers(1, 2**32, hashes, np.uint32) | np.uint32(1)
        self._terms = draw.integers(0, 2**32, hashes, np.uint32)

    def __call__(self, features: NDArray[Any], shifts: NDArray[Any], bounds: NDArray[Any]) -> NDArray[Any]:
        """Return the sketches of rows.

        Parameters
        ----------
        features, shifts : array, shape (n,)
            Of all rows, and log2 of their weights (-1: left out).
        bounds : array, shape (rows + 1,)
            Where the features of each row begin.

        Returns
        -------
        array of uint32, shape (rows, hashes)
            `EMPTY` in rows without features.
        """
        kept = shifts >= 0
        before = np.r_[0, np.cumsum(kept)]
        features, shifts, bounds = features[kept], shifts[kept].astype(np.uint32), before[bounds]
        out = np.full((len(bounds) - 1, len(self._factors)), EMPTY, np.uint32)
        counts = np.diff(bounds)
        order = np.argsort(-counts, kind="stable")
        long = int(np.searchsorted(-counts[order], -_LONG))
        for row in order[:long].tolist():
            self._one(features[bounds[row] : bounds[row + 1]], shifts[bounds[row] : bounds[row + 1]], out[row])
        for first in range(long, len(order), _ROWS):
            some = order[first : first + _ROWS]
            out[some] = self._some(features, shifts, bounds[some], counts[some])
        return out

    def _some(
        self, features: NDArray[Any], shifts: NDArray[Any], starts: NDArray[Any], counts: NDArray[Any]
    ) -> NDArray[Any]:
        """Return the sketches of rows in order of falling `counts`: the j-th feature of all rows at a time."""
        out = np.full((len(starts), len(self._factors)), EMPTY, np.uint32)
        work = np.empty_like(out)
        for j in range(int(counts[0]) if len(counts) else 0):
            rows = int(np.searchsorted(-counts, -j))  # those that have more than j
            at = starts[:rows] + j
            value = work[:rows]
            self._hash(features[at][:, None], shifts[at][:, None], value)
            np.minimum(out[:rows], value, out=out[:rows])
        return out

    def _one(self, features: NDArray[Any], shifts: NDArray[Any], out: NDArray[Any]) -> None:
        for first in range(0, len(features), _LONG):
            part = slice(first, first + _LONG)
            values = np.empty((len(features[part]), len(out)), np.uint32)
            self._hash(features[part][:, None], shifts[part][:, None], values)
            np.minimum(out, values.min(axis=0), out=out)

    def _hash(self, features: NDArray[Any], shifts: NDArray[Any], out: NDArray[Any]) -> None:
        np.multiply(features, self._factors, out=out)
        np.add(out, self._terms, out=out)
        np.right_shift(out, shifts, out=out)


def band_keys(sketches: NDArray[Any], bands: int) -> NDArray[Any]:
    """Return a 64-bit key for each band of each sketch; shape (rows, bands)."""
    rows, hashes = sketches.shape
    parts = sketches.reshape(rows, bands, hashes // bands).astype(np.uint64)
    keys = np.zeros((rows, bands), np.uint64)
    for place in range(parts.shape[2]):
        keys = mixed(keys * np.uint64(0x9E3779B97F4A7C15) + parts[:, :, place] + np.uint64(1))
    return keys
