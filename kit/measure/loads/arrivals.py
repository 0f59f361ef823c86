"""When requests come in at random."""

from __future__ import annotations

import numpy


def poisson_arrivals(count: int, rate: float, *, seed: int) -> list[float]:
    """Return when each of `count` requests comes in, in seconds after the first.

    The times between them are drawn independently from an exponential distribution with mean 1 / `rate`: a Poisson
    process. They are not scaled to add up to ``count / rate``, which would make them depend on each other.

    Parameters
    ----------
    rate : float, requests/s
        Above 0.
    seed : int
        Equal seeds give equal times.
    """
    gaps = numpy.random.default_rng(seed).exponential(1 / rate, count)
    return [float(at) for at in numpy.cumsum(gaps) - gaps[0]]
