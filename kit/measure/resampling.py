"""Rows drawn anew with replacement (Efron 1979); the same seed draws the same rows, whatever is computed of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy

DRAWS = 500  # the standard error of a standard error is then about 3 %
_AT_ONCE = 100_000  # numbers held while rows are drawn: they stay in the cache of a core


def samples(rows: int, draws: int, seed: int) -> Iterator[numpy.ndarray]:
    """Yield `draws` samples of so many rows, some at a time: arrays (samples, rows) of row numbers."""
    random = numpy.random.default_rng(seed)
    step = max(_AT_ONCE // rows, 1)
    for begin in range(0, draws, step):
        yield random.integers(0, rows, (min(step, draws - begin), rows))


def bootstrap(
    rows: int, statistic: Callable[[numpy.ndarray], float], *, draws: int = DRAWS, seed: int = 0
) -> numpy.ndarray:
    """Return the statistic of each of `draws` samples.

    Parameters
    ----------
    rows : int
        How many there are.
    statistic : callable
        Takes the numbers of the rows that were drawn.
    draws : int, default 500
    seed : int, default 0
    """
    return numpy.array([statistic(drawn) for some in samples(rows, draws, seed) for drawn in some])
