"""Where labels go so that they cover neither marks nor each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise, product
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in pixels, y upwards."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: Box) -> float:
        """Return the area that two boxes share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)

    def outside(self, bounds: Box) -> float:
        """Return the area of this box that lies outside `bounds`."""
        return (self.right - self.left) * (self.top - self.bottom) - self.overlap(bounds)


class Mark(NamedTuple):
    """A bubble at x, y with a radius, and the interval that a line through it covers, in pixels."""

    x: float
    y: float
    radius: float
    low: float
    high: float

    def boxes(self) -> tuple[Box, Box]:
        """Return what must not be covered: the bubble and the line."""
        bubble = Box(self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius)
        return bubble, Box(self.x - 2, self.low, self.x + 2, self.high)


def place_labels(
    marks: Sequence[Mark], widths: Sequence[float], height: float, bounds: Box, line: Sequence[tuple[float, float]] = ()
) -> list[Box]:
    """Return a box for the label of each mark: beside it where there is room, else above, below or further off.

    Greedy: marks with the fewest free places would gain from looking ahead, but tables of methods have few rows.

    Parameters
    ----------
    marks : sequence of Mark
        What is labelled.
    widths : sequence of float
        The width of each label, pixels.
    height : float
        The height of every label, pixels.
    bounds : Box
        Labels stay inside.
    line : sequence of (x, y), default empty
        The corners of a line that labels should leave free.
    """
    taken = [box for mark in marks for box in mark.boxes()] + _along(line)
    placed: list[Box] = []
    for mark, width in zip(marks, widths, strict=True):
        options = _options(mark, width, height)
        costs = [
            option.outside(bounds) * 10 + sum(option.overlap(box) for box in taken) + 0.01 * place
            for place, option in enumerate(options)
        ]
        best = options[costs.index(min(costs))]
        placed.append(best)
        taken.append(best)
    return placed


def _along(line: Sequence[tuple[float, float]], every: float = 6.0) -> list[Box]:
    """Return small boxes along a line."""
    boxes = []
    for (x, y), (to_x, to_y) in pairwise(line):
        steps = max(int(math.hypot(to_x - x, to_y - y) / every), 1)
        for step in range(steps + 1):
            at_x, at_y = x + (to_x - x) * step / steps, y + (to_y - y) * step / steps
            boxes.append(Box(at_x - 3, at_y - 3, at_x + 3, at_y + 3))
    return boxes


def _options(mark: Mark, width: float, height: float) -> list[Box]:
    """Return candidates, the most natural first."""
    gap = 5.0
    beside = mark.radius + gap
    starts: list[tuple[float, float]] = []
    for lift in (0.0, height * 0.8, -height * 0.8, height * 1.6, -height * 1.6):
        starts.append((mark.x + beside, mark.y - height / 2 + lift))
        starts.append((mark.x - beside - width, mark.y - height / 2 + lift))
    above, below = mark.high + gap, mark.low - gap - height
    for lift, shift in product((0.0, height, 2 * height), (0.5, 0.15, 0.85)):
        starts.append((mark.x - width * shift, above + lift))
        starts.append((mark.x - width * shift, below - lift))
    return [Box(x, y, x + width, y + height) for x, y in starts]
