"""Which micro-batch is fastest, found during the first steps.

What a micro-batch holds decides how well caches and matrix units are used, and no formula knows that well. The batch
stays the same, so the gradients do too, up to rounding: trying costs nothing. Each size computes every n-th of the
first steps, and the best time of each counts, since whatever else a machine does only makes a step slower.
"""

from __future__ import annotations

from collections.abc import Sequence

_ROUNDS = 3
_SHARE = 0.2  # of all steps at most; a tuning that is over so soon has nothing to gain
_CLOSE = 0.97  # of the highest rate: not slower beyond chance, so that the one which takes less memory is kept


class Trial:
    """Tries micro-batches.

    Parameters
    ----------
    sizes : sequence of int
        Rows at a time, the largest first.
    begin : int, default 1
        The first step that is made.
    total : int
        How many steps there will be.
    """

    def __init__(self, sizes: Sequence[int], *, total: int, begin: int = 1) -> None:
        self._sizes = tuple(sizes)
        self._begin = begin + 1  # the first step has to warm up
        self._end = self._begin + _ROUNDS * len(self._sizes)
        if len(self._sizes) < 2 or self._end - begin > _SHARE * total:
            self._end = self._begin
        self._rates: dict[int, list[float]] = {size: [] for size in self._sizes}
        self._chosen: int | None = None

    def going_on(self, step: int) -> bool:
        """Does `step` belong to the trial?"""
        return self._begin <= step < self._end

    def size(self, step: int) -> int:
        """Return the rows at a time of `step`, counted from 1."""
        if self.going_on(step):
            return self._sizes[(step - self._begin) % len(self._sizes)]
        return self._sizes[0] if self._chosen is None else self._chosen

    def tell(self, step: int, tokens: int, seconds: float) -> bool:
        """Take in how long a step of the trial took; is the fastest size known now?

        Parameters
        ----------
        tokens : int
            Of the step, counted alike for every size.
        """
        if not self.going_on(step) or seconds <= 0:
            return False
        self._rates[self.size(step)].append(tokens / seconds)
        if step + 1 < self._end:
            return False
        best = max(self.rates.values())
        self._chosen = min(size for size, rate in self.rates.items() if rate >= _CLOSE * best)
        return True

    @property
    def chosen(self) -> int | None:
        """The fastest size, once it is known."""
        return self._chosen

    @property
    def rates(self) -> dict[int, float]:
        """The highest rate of each size so far, in tokens a second."""
        return {size: max(rates) for size, rates in self._rates.items() if rates}
