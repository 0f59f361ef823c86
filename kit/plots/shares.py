"""Shares with their intervals, one line each: rules by precision and recall, scores by their false alarms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, literal, text_width
from kit.plots.words import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Interval = tuple[float, float, float]  # value, low, high
_LINE, _HEAD, _FOOT, _RIGHT = 30.0, 30.0, 24.0, 128.0
_MARKS = ("o", "s", "D")


def shares(
    rows: Sequence[tuple[str, Mapping[str, Interval]]],
    *,
    title: str,
    axis: str,
    first: bool = True,
    width: float = 620,
    dark: bool = False,
) -> Figure:
    """Draw shares between 0 and 1 with their 95 % intervals, a line for each row and a mark for each series.

    Parameters
    ----------
    rows : sequence of (name, {series: (value, low, high)})
        From top to bottom; a share that is not known (NaN) is left out.
    title : str
        What the figure shows, for who cannot see it.
    axis : str
        What the shares are, above the axis.
    first : bool, default True
        Write the value of the first series beside its line.
    width : float, pixels
        The height follows from the rows.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    colours = inks(dark)
    height = _HEAD + _FOOT + _LINE * max(len(rows), 1)
    made = figure(width, height)
    left = min(max((text_width(name) for name, _series in rows), default=40.0) + 16, width * 0.45)
    plot = axes(made, (left, _HEAD, _RIGHT, _FOOT), colours)
    plot.set_xlim(0, 1)
    plot.set_ylim(len(rows) - 0.5, -0.5)
    plot.set_yticks(range(len(rows)), [_fitted(name, left - 14) for name, _series in rows])
    for label in plot.get_yticklabels():
        label.set_color(colours.ink)
    plot.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
    grid(plot, colours, axis="x")
    heading(plot, axis, colours, above=10)
    names = list(dict.fromkeys(name for _row, series in rows for name in series))
    for place, (_name, series) in enumerate(rows):
        _draw(plot, place, series, names, colours)
    if first:
        _values(plot, rows, colours)
    if len(names) > 1:
        _legend(plot, names, colours, width - left - _RIGHT, width - left - 6)
    describe(made, title, _words(rows))
    return made


def _fitted(name: str, room: float) -> str:
    """Return a name, cut where it is wider than its room."""
    while text_width(name) > room and len(name) > 4:
        name = name[:-2].rstrip() + "…"
    return literal(name)


def _draw(plot: Axes, place: int, series: Mapping[str, Interval], names: list[str], colours: Inks) -> None:
    for name, (value, low, high) in series.items():
        if not math.isfinite(value):
            continue
        at = names.index(name)
        y = place + (at - (len(names) - 1) / 2) * 0.3
        ink = colours.series(at)
        if math.isfinite(low) and math.isfinite(high):
            plot.plot([low, high], [y, y], color=ink, linewidth=2, solid_capstyle="round")
        plot.plot([value], [y], _MARKS[at % len(_MARKS)], color=ink, markersize=7, clip_on=False, zorder=3)


def _values(plot: Axes, rows: Sequence[tuple[str, Mapping[str, Interval]]], colours: Inks) -> None:
    for place, (_name, series) in enumerate(rows):
        value, low, high = next(iter(series.values()), (math.nan, math.nan, math.nan))
        if math.isfinite(value):
            text = f"{share(value)} ({share(low)}–{share(high)})"
            _beside(plot, place, text, colours)


def _beside(plot: Axes, place: int, text: str, colours: Inks) -> None:
    plot.annotate(
        text,
        (1, place),
        (10, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center_baseline",
        fontsize=FONT,
        color=colours.ink,
        annotation_clip=False,
    )


def _legend(plot: Axes, names: list[str], colours: Inks, across: float, end: float) -> None:
    """Name the series above the axes, up to `end` at the right, each with its mark."""
    x = end
    for at in reversed(range(len(names))):
        x -= text_width(names[at])
        plot.annotate(
            names[at], (0, 1), (x, 10), xycoords="axes fraction", textcoords="offset points", fontsize=FONT,
            color=colours.ink2, annotation_clip=False,
        )  # fmt: skip
        plot.plot(
            [(x - 9) / across], [1 + 14 / max(plot.bbox.height, 1)], _MARKS[at % len(_MARKS)],
            color=colours.series(at), markersize=6, clip_on=False, transform=plot.transAxes,
        )  # fmt: skip
        x -= 26


def _words(rows: Sequence[tuple[str, Mapping[str, Interval]]]) -> str:
    said = []
    for name, series in rows:
        each = [
            _("{series} {value} ({low} to {high})").format(
                series=kind, value=share(value), low=share(low), high=share(high)
            )
            for kind, (value, low, high) in series.items()
            if math.isfinite(value)
        ]
        said.append(f"{name}: {', '.join(each)}")
    return "; ".join(said) + "."
