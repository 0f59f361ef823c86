"""Accuracy with its interval beside latency from the median to the 95th percentile, one row for each variant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.reading import (
    accuracy,
    common_latency,
    latency,
    latency_title,
    majority,
    rows_of,
    sentence,
    variant_name,
)
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, literal, marker, text_width
from kit.plots.words import duration, share
from kit.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 26.0
_HEAD, _FOOT = 28.0, 24.0
_NARROW = 520.0  # below, the two stand one under the other


def accuracy_and_latency(
    results: Result | Sequence[Result], *, width: float = 560, latency_name: str | None = None, dark: bool = False
) -> Figure:
    """Draw accuracy and latency of each variant beside each other, with what the most frequent label alone reaches.

    Parameters
    ----------
    results : Result or sequence of Result
        A sweep's result or its parts; rows that did not finish are left out. The first is the reference.
    width : float, default 560, pixels
        Under 520 the two stand one under the other.
    latency_name : str, optional
        Which times to draw; left out, the first of ``e2el_s``, ``ttft_s``, ``tpot_s`` that all rows have.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    rows = rows_of(results)
    colours = inks(dark)
    timed = latency_name or common_latency(rows)
    stacked = width < _NARROW
    base = majority(rows)
    lines = max(len(rows), 1) + (base is not None)
    block = _HEAD + _ROW * lines + _FOOT
    made = figure(width, block * (2 if stacked else 1))
    names = max((text_width(variant_name(row)) for row in rows), default=0.0) + 14
    if stacked:
        boxes = [(names, _HEAD, 58.0, _FOOT + block), (names, _HEAD + block, 58.0, _FOOT)]
    else:
        middle = names + (width - names) * 0.5
        boxes = [(names, _HEAD, width - middle + 34, _FOOT), (middle + 6, _HEAD, 58.0, _FOOT)]
    left = axes(made, boxes[0], colours)
    _draw_accuracy(left, rows, base, colours)
    right = axes(made, boxes[1], colours)
    _draw_latency(right, rows, timed, colours)
    for plot, named in ((left, True), (right, stacked)):
        _rows(plot, rows if named else [], lines, colours)
    if base is not None:
        _baseline(left, base, lines - 1, colours)
    said = [sentence(row, timed) for row in rows] + ([] if base is None else [_baseline_words(base)])
    describe(made, _("Accuracy and latency of each variant"), ". ".join(said))
    return made


def _rows(plot: Axes, named: Sequence[Result], rows: int, colours: Inks) -> None:
    plot.set_ylim(rows - 0.5, -0.5)
    plot.set_yticks(range(len(named)), [literal(variant_name(row)) for row in named])
    plot.tick_params(axis="y", labelcolor=colours.ink)
    grid(plot, colours, axis="x")


def _baseline(plot: Axes, value: float, place: int, colours: Inks) -> None:
    """Draw what always giving the most frequent label reaches, named in a line of its own under the rows."""
    left, right = plot.get_xlim()
    late = value > (left + right) / 2
    plot.axvline(value, color=colours.ink2, linewidth=1, dashes=(1, 2))
    plot.annotate(
        _baseline_words(value),
        (value, place),
        (-6 if late else 6, 0),
        textcoords="offset points",
        ha="right" if late else "left",
        va="center_baseline",
        fontsize=FONT,
        color=colours.ink2,
        annotation_clip=False,
    )


def _baseline_words(value: float) -> str:
    return _("most frequent label {acc}").format(acc=share(value))


def _draw_accuracy(plot: Axes, rows: Sequence[Result], base: float | None, colours: Inks) -> None:
    from matplotlib.ticker import MaxNLocator

    found = [(place, accuracy(row)) for place, row in enumerate(rows)]
    read = [(place, *values) for place, values in found if values is not None]
    if read and read[0][0] == 0:
        plot.axvline(read[0][1], color=colours.s5, linewidth=1, dashes=(4, 3))
    for place, value, low, high in read:
        colour = colours.series(place)
        plot.plot([low, high], [place, place], color=colour, linewidth=2, solid_capstyle="round")
        plot.plot([value], [place], marker(place), color=colour, markersize=8)
        _value(plot, place, share(value), colours)
    ends = [] if base is None else [base]
    _span(plot, [low for *_rest, low, _high in read] + ends, [high for *_rest, high in read] + ends)
    plot.xaxis.set_major_locator(MaxNLocator(4))
    heading(plot, _("accuracy, 95% interval"), colours)


def _draw_latency(plot: Axes, rows: Sequence[Result], name: str | None, colours: Inks) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    largest = 0.0
    for place, row in enumerate(rows):
        times = latency(row, name) if name else None
        if times is None:
            continue
        colour = colours.series(place)
        plot.plot([times.p50, times.p95], [place, place], color=colour, linewidth=2, solid_capstyle="round")
        plot.plot([times.p50], [place], marker(place), color=colour, markersize=8)
        _value(plot, place, duration(times.p50), colours)
        largest = max(largest, times.p95)
    plot.set_xlim(0, largest * 1.05 or 1)
    plot.xaxis.set_major_locator(MaxNLocator(3))
    plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: duration(value) if value else "0"))
    what = latency_title(name) if name else _("latency: not measured")
    heading(plot, _("{what}, p50 to p95").format(what=what) if name else what, colours)


def _value(plot: Axes, place: int, text: str, colours: Inks) -> None:
    """Write a value at the right edge, where all of them stand under each other."""
    plot.annotate(
        text,
        (1, place),
        (46, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="center_baseline",
        fontsize=FONT,
        color=colours.ink,
        annotation_clip=False,
    )


def _span(plot: Axes, lows: Sequence[float], highs: Sequence[float]) -> None:
    low, high = min(lows, default=0.0), max(highs, default=1.0)
    pad = (high - low) * 0.06 or 0.02
    plot.set_xlim(low - pad, high + pad)
