"""Seeded draws that give the same on every machine and in every Python.

Only `random.Random.random` is used, whose sequence Python promises to keep.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A source of chance.

    Parameters
    ----------
    seed : str
        The same seed, the same draws.
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed).random

    def chance(self, share: float) -> bool:
        """Return True in this share of the draws."""
        return self._random() < share

    def between(self, low: float, high: float) -> float:
        """Return a number from `low` to `high`, each as likely."""
        return low + (high - low) * self._random()

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def one(self, choices: Sequence[T]) -> T:
        """Return one of `choices`, each as likely."""
        return choices[int(self._random() * len(choices))]

    def weighted(self, shares: Mapping[str, float]) -> str:
        """Return one key of `shares`, as likely as its share says; the shares add up to 1."""
        left = self._random()
        for name, share in shares.items():
            left -= share
            if left < 0:
                return name
        return next(reversed(list(shares)))

    def mixed(self, items: Sequence[T]) -> list[T]:
        """Return `items` in another order."""
        keys = [self._random() for _item in items]
        return [items[place] for place in sorted(range(len(items)), key=keys.__getitem__)]
