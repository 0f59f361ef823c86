"""How much of their features pairs of rows share, for many pairs at once: what is far apart needs no closer look."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.gate.alike.features import Features
from kit.gate.alike.likeness import KNOWN
from kit.gate.alike.rarity import Rarity


class Overlap(NamedTuple):
    """What pairs of rows share; each field is an array of shape (pairs,).

    Parameters
    ----------
    share : array of float
        Weighted Jaccard similarity.
    known : array of float
        The same, but for features that stand in few rows only: these may be slips of the pen.
    longest : array of int64
        Features of the longer row.
    """

    share: NDArray[Any]
    known: NDArray[Any]
    longest: NDArray[Any]


def overlaps(features: Features, pairs: NDArray[Any], rarity: Rarity) -> Overlap:
    """Return what each of `pairs` (shape (n, 2)) of rows shares, features weighed by their rarity."""
    rows, places = np.unique(pairs, return_inverse=True)
    places = places.reshape(pairs.shape)
    found, counts = features.gather(rows)
    starts = np.r_[0, np.cumsum(counts)]
    each = np.arange(len(pairs), dtype=np.uint64) << np.uint64(32)
    both = np.sort(np.concatenate([_side(found, starts, counts, places[:, side], each) for side in (0, 1)]))
    members = (both & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    owner, weights = (both >> np.uint64(32)).astype(np.int64), rarity.of(members)
    first = np.r_[both[1:] == both[:-1], False]  # of two that are equal
    apart = ~(first | np.r_[False, first[:-1]])
    common = _sums(owner, weights, first, len(pairs))
    different = _sums(owner, weights, apart, len(pairs))
    known = _sums(owner, weights, apart & (rarity.counts.of(members) >= KNOWN), len(pairs))
    least = np.maximum(common, 1e-9)
    return Overlap(common / (least + different), common / (least + known), counts[places].max(axis=1))


def _sums(owner: NDArray[Any], weights: NDArray[Any], chosen: NDArray[Any], count: int) -> NDArray[Any]:
    found: NDArray[Any] = np.bincount(owner[chosen], weights[chosen], minlength=count)
    return found


def _side(
    found: NDArray[Any], starts: NDArray[Any], counts: NDArray[Any], rows: NDArray[Any], each: NDArray[Any]
) -> NDArray[Any]:
    sizes = counts[rows]
    at = np.repeat(starts[rows] - np.r_[0, np.cumsum(sizes)[:-1]], sizes) + np.arange(sizes.sum())
    picked: NDArray[Any] = np.repeat(each, sizes) | found[at]
    return picked
