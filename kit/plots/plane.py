"""Where the values of a figure stand in its pixels, so that a page can draw on it: limits that are dragged, say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class Axis:
    """One axis: the metric that it shows, its ends as values and where they are, in pixels from the left or the top."""

    name: str
    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        """Return where a value stands, in pixels; one beyond an end stands at that end."""
        low, high, at = (_logarithm(each) if self.log else each for each in (self.low, self.high, value))
        share = min(max((at - low) / (high - low), 0.0), 1.0)
        return self.start + share * (self.end - self.start)


class Spot(NamedTuple):
    """The mark of one variant: its name, its centre and its radius, in pixels from the left and the top."""

    name: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, eq=False, repr=False)
class Plane:
    """The two axes of a figure of `width` by `height` pixels, and the marks on it."""

    width: float
    height: float
    x: Axis
    y: Axis
    spots: tuple[Spot, ...] = ()


_planes: WeakKeyDictionary[Figure, Plane] = WeakKeyDictionary()


def lay_out(figure: Figure, plane: Plane) -> None:
    """Note where values stand in `figure`."""
    _planes[figure] = plane


def plane_of(figure: Figure) -> Plane | None:
    """Return what `lay_out` noted, or None."""
    return _planes.get(figure)


def spots(names: Sequence[str], x: Axis, y: Axis, at: Sequence[tuple[float, float, float]]) -> tuple[Spot, ...]:
    """Return the marks of variants whose values and radii are `at`."""
    return tuple(Spot(name, x.place(a), y.place(b), r) for name, (a, b, r) in zip(names, at, strict=True))


def _logarithm(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf
