"""Random arrivals by what is known of a Poisson process."""

from __future__ import annotations

import numpy
import pytest

from kit.measure.loads.arrivals import poisson_arrivals

RATE = 4.0


def test_gaps_are_independent_and_exponential() -> None:
    at = numpy.array(poisson_arrivals(20_001, RATE, seed=3))
    gaps = numpy.diff(at)
    assert at[0] == 0.0
    # Mean and deviation of an exponential distribution are equal; four standard errors.
    assert gaps.mean() == pytest.approx(1 / RATE, abs=4 / RATE / 20_000**0.5)
    assert gaps.std() == pytest.approx(1 / RATE, abs=4 * 8**0.5 / RATE / 20_000**0.5)
    for t in (0.1, 0.25, 0.5):
        assert (gaps > t).mean() == pytest.approx(numpy.exp(-RATE * t), abs=4 * 0.5 / 20_000**0.5)
    assert abs(numpy.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 4 / 20_000**0.5


def test_counts_in_equal_times_scatter_as_poisson_says() -> None:
    at = numpy.array(poisson_arrivals(20_000, RATE, seed=4))
    counts = numpy.histogram(at, bins=numpy.arange(0, at[-1], 1.0))[0]
    assert counts.mean() == pytest.approx(RATE, rel=0.05)
    assert counts.var() / counts.mean() == pytest.approx(1.0, abs=0.09)  # regular arrivals would give 0


def test_equal_seeds_give_equal_times() -> None:
    assert poisson_arrivals(50, RATE, seed=1) == poisson_arrivals(50, RATE, seed=1)
    assert poisson_arrivals(50, RATE, seed=1) != poisson_arrivals(50, RATE, seed=2)
    assert poisson_arrivals(50, RATE, seed=1)[:10] == poisson_arrivals(10, RATE, seed=1)
