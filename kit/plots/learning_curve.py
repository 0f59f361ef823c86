"""What is reached with how many examples: a line for each way of learning, with its intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.ends import End, name_ends
from kit.plots.key import DASHES, below
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, literal, text_width
from kit.plots.words import count, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _HEAD, _FOOT = 40.0, 30.0, 44.0
_APART = 0.05  # of a doubling, between the intervals of two lines
Point = tuple[int, float, float, float]  # examples, value, and the ends of its interval


def learning_curve(
    lines: Sequence[tuple[str, Sequence[Point]]],
    *,
    metric: str,
    floor: float | None = None,
    width: float = 680,
    height: float = 330,
    dark: bool = False,
) -> Figure:
    """Draw a metric over the number of examples, which doubles along the axis.

    Parameters
    ----------
    lines : sequence of (name, points)
        A point is (examples, value, low, high).
    metric : str
        What it is called.
    floor : float, optional
        What is reached without learning, such as by the most frequent answer.
    width, height : float, pixels
        The size.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    colours = inks(dark)
    made = figure(width, height)
    right = min(max((text_width(name) for name, _points in lines), default=60.0) + 26, width * 0.4)
    plot = axes(made, (_LEFT, _HEAD, right, _FOOT), colours)
    sizes = sorted({point[0] for _name, points in lines for point in points})
    _scales(plot, lines, sizes, floor, colours)
    _floor(plot, floor, colours)
    for place, (_name, points) in enumerate(lines):
        _line(plot, points, place - (len(lines) - 1) / 2, colours.series(place), DASHES[place % len(DASHES)])
    ends = [
        End(math.log2(points[-1][0]), points[-1][1], f"{literal(name)} {share(points[-1][1])}", colours.series(place))
        for place, (name, points) in enumerate(lines)
    ]
    name_ends(plot, ends, height - _HEAD - _FOOT, at=plot.get_xlim()[1])
    heading(plot, _("{metric}, 95% interval").format(metric=metric), colours)
    below(plot, _("examples learnt from (each step doubles)"), colours)
    describe(made, _("{metric} by number of examples").format(metric=metric), _words(lines, floor))
    return made


def _scales(
    plot: Axes, lines: Sequence[tuple[str, Sequence[Point]]], sizes: list[int], floor: float | None, colours: Inks
) -> None:
    plot.set_xlim(math.log2(sizes[0]) - 0.25, math.log2(sizes[-1]) + 0.15)
    plot.set_xticks([math.log2(size) for size in _apart(sizes)], [count(size) for size in _apart(sizes)])
    lows = [point[2] for _name, points in lines for point in points] + ([] if floor is None else [floor])
    low = max(math.floor((min(lows) - 0.01) * 10) / 10, 0.0)
    plot.set_ylim(low, 1.0 if max(point[3] for _name, points in lines for point in points) > 0.5 else 0.6)
    plot.yaxis.set_major_formatter(lambda value, _place: f"{value:.1f}" if round(value * 10, 6) % 1 == 0 else "")
    grid(plot, colours)


def _apart(sizes: list[int]) -> list[int]:
    """Return the sizes whose names have room: of two that are nearly the same, the larger."""
    kept = [size for size, later in zip(sizes, [*sizes[1:], 0], strict=True) if not later or later / size > 1.3]
    return kept


def _floor(plot: Axes, floor: float | None, colours: Inks) -> None:
    if floor is None:
        return
    plot.axhline(floor, color=colours.ink2, linewidth=1, dashes=(1, 2))
    plot.annotate(
        _("without learning {value}").format(value=share(floor)),
        (0, floor),
        (4, -5),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="top",
        fontsize=FONT,
        color=colours.ink2,
    )


def _line(plot: Axes, points: Sequence[Point], shift: float, ink: str, dashes: tuple[float, ...]) -> None:
    x = [math.log2(size) + shift * _APART for size, _value, _low, _high in points]
    (drawn,) = plot.plot(x, [point[1] for point in points], color=ink, linewidth=2)
    if dashes:
        drawn.set_dashes(dashes)
    for at, (_size, value, low, high) in zip(x, points, strict=True):
        plot.plot([at, at], [low, high], color=ink, linewidth=1.6, solid_capstyle="round", alpha=0.75)
        plot.plot([at], [value], "o", color=ink, markersize=5.5, zorder=3)


def _words(lines: Sequence[tuple[str, Sequence[Point]]], floor: float | None) -> str:
    said = []
    for name, points in lines:
        text = _("{size} examples {value} ({low} to {high})")
        told = [
            text.format(size=count(size), value=share(value), low=share(low), high=share(high))
            for size, value, low, high in points
        ]
        said.append(f"{name}: {'; '.join(told)}.")
    if floor is not None:
        said.append(_("Without learning: {value}.").format(value=share(floor)))
    return " ".join(said)
