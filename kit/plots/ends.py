"""Names at the ends of curves, in the margin at the right, kept apart from each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from kit.plots.style import FONT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

APART = 14.0  # pixels between two names


@dataclass(frozen=True)
class End:
    """Where a curve ends, what it is called there, and in which colour."""

    step: float
    value: float
    name: str
    colour: str


def spread(heights: Sequence[float], top: float) -> list[float]:
    """Return `heights` moved as little as keeps them `APART` and between 0 and `top`, in the same order.

    Parameters
    ----------
    heights : sequence of float
        Pixels, in any order.
    top : float
        Pixels; where they have no room they stand closer.
    """
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    apart = min(APART, top / max(len(heights) - 1, 1))

    def first(group: list[float]) -> float:
        return min(max(fsum(group) / len(group) - (len(group) - 1) * apart / 2, 0), top - (len(group) - 1) * apart)

    groups: list[list[float]] = []  # of heights that touch
    for place in order:
        groups.append([heights[place]])
        while len(groups) > 1 and first(groups[-1]) < first(groups[-2]) + len(groups[-2]) * apart:
            upper = groups.pop()
            groups[-1] += upper
    found = [first(group) + apart * place for group in groups for place in range(len(group))]
    moved = [0.0] * len(heights)
    for place, height in zip(order, found, strict=True):
        moved[place] = height
    return moved


def name_ends(plot: Axes, ends: Sequence[End], height: float, *, at: float | None = None) -> None:
    """Write the name of each curve beside its end.

    Parameters
    ----------
    plot : Axes
        With its limits set.
    ends : sequence of End
        One for each curve.
    height : float
        Of the axes, pixels.
    at : float, optional
        The step beside which all names stand; left out, the last one of `ends`.
    """
    low, high = plot.get_ylim()
    heights = [(end.value - low) / ((high - low) or 1.0) * height for end in ends]
    right = max((end.step for end in ends), default=0.0) if at is None else at
    for end, was, now in zip(ends, heights, spread(heights, height), strict=True):
        plot.annotate(
            end.name,
            (right, end.value),
            (9, now - was),
            textcoords="offset points",
            va="center_baseline",
            color=end.colour,
            fontsize=FONT,
            annotation_clip=False,
        )
