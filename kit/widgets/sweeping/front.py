"""Which rows of a sweep no other beats, by the values that were measured: a mark to look at, and no evidence.

Two rows may lie closer together than their intervals; what a difference is worth is told by the verdict of a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kit.measure.one_answer import only_answer
from kit.plots.pareto import pareto
from kit.plots.reading import variant_name
from kit.result import Result
from kit.widgets.sweeping.columns import value

SPEED, SIZE = "decode_tokens_per_s", "file_size_mib"
Place = Literal["front", "small"]


def marked(results: Sequence[Result], quality: str) -> dict[str, Place]:
    """Return who is on the front, by name.

    Parameters
    ----------
    results : sequence of Result
        Measured rows; one that gives every row the same label is never on it.
    quality : str
        A metric of which more is better, such as ``acc``.

    Returns
    -------
    dict
        "front": no other is as good and faster, or as fast and better; "small": some are, but none of them is as small.
    """
    able = [row for row in results if not only_answer(row) and None not in (value(row, quality), value(row, SPEED))]
    if len(able) < 2:  # alone, anybody is the best
        return {}
    gains = [value(row, quality) or 0.0 for row in able]
    speeds = [value(row, SPEED) or 0.0 for row in able]
    front = set(pareto([-speed for speed in speeds], gains))
    sizes = [value(row, SIZE) for row in able]
    found: dict[str, Place] = {}
    for place, row in enumerate(able):
        if place in front:
            found[variant_name(row)] = "front"
        elif _stands((gains, speeds, sizes), place):
            found[variant_name(row)] = "small"
    return found


def _stands(values: tuple[list[float], list[float], list[float | None]], place: int) -> bool:
    """Is there no other that is as good, as fast and as small, and in one of the three better?"""
    gains, speeds, sizes = values
    own = sizes[place]
    if own is None:
        return False
    mine = (gains[place], speeds[place], -own)
    others = [(gain, speed, -size) for gain, speed, size in zip(gains, speeds, sizes, strict=True) if size is not None]
    return not any(all(a >= b for a, b in zip(other, mine, strict=True)) and other != mine for other in others)
