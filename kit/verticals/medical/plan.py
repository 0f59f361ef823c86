"""How much of a learning curve fits into the minutes: the same answer each time, so that its runs are found again."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import Dataset
from kit.verticals.medical.nested import sizes_for
from kit.verticals.plan import answer_tokens, tokens

_SHARE = 0.4  # of the minutes
_TOKENS_PER_S = 650.0  # of rows that are learnt from, on two cores
_READ_PER_S = 2_600.0  # of rows that are measured on
_WRITTEN_PER_S = 45.0  # tokens of answers that are written, of many rows at once
_POINT_S = 14.0  # two processes, loading
_ROWS = 384  # that a point would like to look at: few examples are looked at more often
_MOST_EPOCHS, _LEAST_EPOCHS = 6.0, 2.0


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of a learning curve.

    Parameters
    ----------
    size : int
        Examples.
    epochs : float
        How often each is looked at.
    seconds : float
        That tuning and measuring will take, on two cores.
    """

    size: int
    epochs: float
    seconds: float


def points(rows: Dataset, tests: int, *, minutes: float, quick: bool) -> tuple[Point, ...]:
    """Return the points that fit, without the one on all rows, which the tuning of the notebook is.

    Parameters
    ----------
    rows : Dataset
        To learn from.
    tests : int
        Rows that each point is measured on.
    minutes : float
        Of the whole notebook.
    quick : bool
    """
    long = tokens(rows) / max(len(rows), 1)
    measuring = tests * long / _READ_PER_S
    if rows.spec.task == "answer":
        measuring += tests * answer_tokens(quick=quick) / _WRITTEN_PER_S
    found: list[Point] = []
    left = float("inf") if quick else minutes * 60 * _SHARE
    for size in sizes_for(len(rows), len(rows.labels), quick=quick):
        epochs = round(min(max(_ROWS / size, _LEAST_EPOCHS), _MOST_EPOCHS), 1)
        seconds = _POINT_S + size * epochs * long / _TOKENS_PER_S + measuring
        if seconds > left:
            break
        left -= seconds
        found.append(Point(size=size, epochs=epochs, seconds=round(seconds)))
    return tuple(found)
