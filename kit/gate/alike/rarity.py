"""What a word weighs: the logarithm of how few rows hold it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.gate.alike.features import Counts

_LEAST = 0.1  # what every row holds still tells a text from an empty one
_MORE = 5  # rows, as if there were so many more: in few rows a word that stands in all of them counts


class Rarity:
    """Weights of words among the rows that were counted.

    Parameters
    ----------
    counts : Counts
        In how many rows each stands.
    rows : int
        All there are.
    """

    def __init__(self, counts: Counts, rows: int) -> None:
        self.counts, self._rows = counts, rows

    def of(self, features: NDArray[Any]) -> NDArray[Any]:
        """Return the weight of each feature (inverse document frequency, Spärck Jones 1972, smoothed)."""
        found: NDArray[Any] = np.log((self._rows + _MORE) / (self.counts.of(features) + 0.5))
        weights: NDArray[Any] = np.maximum(found, _LEAST)
        return weights
