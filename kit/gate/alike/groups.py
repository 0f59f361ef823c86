"""Rows that belong together: those with the same mark, and those joined pair by pair."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def same_marks(marks: array[int]) -> Iterator[NDArray[Any]]:
    """Yield the positions that share a mark, in order, for each mark that is there more than once."""
    values = np.frombuffer(marks, np.uint64)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, int)
    ends = np.r_[starts[1:], len(ordered)]
    for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
        yield order[start:end]


class Groups:
    """Positions joined pair by pair; the smallest of a group stands for it (union-find with path halving).

    Parameters
    ----------
    count : int
        Positions 0 to ``count - 1``, each alone at first.
    """

    def __init__(self, count: int) -> None:
        self._parent = np.arange(count, dtype=np.uint32 if count < 2**32 else np.uint64)
        self._nearest: dict[int, tuple[int, float]] = {}

    def join(self, one: int, other: int, score: float = 1.0) -> None:
        """Say that two positions belong together, and how alike they are."""
        first, second = self.of(one), self.of(other)
        self._parent[max(first, second)] = min(first, second)
        for position, partner in ((one, other), (other, one)):
            known = self._nearest.get(position, (partner, -1.0))
            if (partner < position, score) > (known[0] < position, known[1]):
                self._nearest[position] = partner, score

    def nearest(self, position: int) -> tuple[int, float]:
        """Return the position that one was joined with, an earlier one if there is, and how alike the two are."""
        return self._nearest[position]

    def of(self, position: int) -> int:
        """Return the smallest position of the group."""
        parent = self._parent
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = int(parent[position])
        return int(position)

    def roots(self) -> NDArray[Any]:
        """Return, for each position, the smallest of its group."""
        roots = self._parent
        while not np.array_equal(up := roots[roots], roots):
            roots = up
        self._parent = roots.copy()
        return roots
