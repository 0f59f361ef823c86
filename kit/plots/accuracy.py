"""Quality with its interval beside latency from the median to the 95th percentile, one row for each variant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.metrics import metric, read
from kit.plots.reading import common_latency, majority, rows_of, sentence, variant_name
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, literal, marker, text_width
from kit.plots.titles import capital, cost_title, quality_title
from kit.plots.words import share
from kit.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 26.0
_HEAD, _FOOT = 28.0, 24.0
_NARROW = 520.0  # below, the two stand one under the other


def accuracy_and_latency(
    results: Result | Sequence[Result],
    *,
    width: float = 560,
    latency_name: str | None = None,
    quality: str = "acc",
    dark: bool = False,
) -> Figure:
    """Draw quality and latency of each variant beside each other, with what the most frequent label alone reaches.

    Parameters
    ----------
    results : Result or sequence of Result
        A sweep's result or its parts; rows that did not finish are left out. The first is the reference.
    width : float, default 560, pixels
        Under 520 the two stand one under the other.
    latency_name : str, optional
        Which times to draw, or another cost such as ``max_ram_mib``; left out, the first of ``e2el_s``, ``ttft_s``,
        ``tpot_s`` that all rows have.
    quality : str, default "acc"
        Which quality to draw, such as ``macro_f1`` or ``perplexity``.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    rows = rows_of(results)
    made = figure(width, beside_height(rows, width, quality))
    draw_beside(made, rows, 0.0, latency_name, quality, inks(dark))
    return made


def beside_height(rows: Sequence[Result], width: float, quality: str) -> float:
    """Return how many pixels `accuracy_and_latency` takes for `rows`."""
    return _block(rows, quality) * (2 if width < _NARROW else 1)


def _block(rows: Sequence[Result], quality: str) -> float:
    return _HEAD + _ROW * (max(len(rows), 1) + (_base(rows, quality) is not None)) + _FOOT


def _base(rows: Sequence[Result], quality: str) -> float | None:
    return majority(rows) if quality == "acc" else None


def draw_beside(
    made: Figure, rows: Sequence[Result], top: float, latency_name: str | None, quality: str, colours: Inks
) -> None:
    """Draw quality and latency into a figure, `top` pixels from its top and down to its bottom."""
    timed = latency_name or common_latency(rows)
    width = float(made.get_size_inches()[0]) * 72
    stacked, block, base = width < _NARROW, _block(rows, quality), _base(rows, quality)
    lines = max(len(rows), 1) + (base is not None)
    names = max((text_width(variant_name(row)) for row in rows), default=0.0) + 14
    if stacked:
        boxes = [(names, top + _HEAD, 58.0, _FOOT + block), (names, top + _HEAD + block, 58.0, _FOOT)]
    else:
        middle = names + (width - names) * 0.5
        boxes = [(names, top + _HEAD, width - middle + 34, _FOOT), (middle + 6, top + _HEAD, 58.0, _FOOT)]
    left = axes(made, boxes[0], colours)
    _draw_quality(left, rows, quality, base, colours)
    right = axes(made, boxes[1], colours)
    _draw_cost(right, rows, timed, colours)
    for plot, named in ((left, True), (right, stacked)):
        _rows(plot, rows if named else [], lines, colours)
    if base is not None:
        _baseline(left, base, lines - 1, colours)
    said = [sentence(row, timed, quality) for row in rows] + ([] if base is None else [_baseline_words(base)])
    title = _("{quality} and {cost} of each variant").format(
        quality=capital(metric(quality).title), cost=cost_title(timed)
    )
    describe(made, title, ". ".join(said))


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


def _draw_quality(plot: Axes, rows: Sequence[Result], name: str, base: float | None, colours: Inks) -> None:
    from matplotlib.ticker import MaxNLocator

    found = [(place, read(row, name)) for place, row in enumerate(rows)]
    drawn = [(place, reading) for place, reading in found if reading is not None]
    if drawn and drawn[0][0] == 0:
        plot.axvline(drawn[0][1].value, color=colours.s5, linewidth=1, dashes=(4, 3))
    for place, reading in drawn:
        colour = colours.series(place)
        plot.plot([reading.low, reading.high], [place, place], color=colour, linewidth=2, solid_capstyle="round")
        plot.plot([reading.value], [place], marker(place), color=colour, markersize=8)
        _value(plot, place, metric(name).said(reading.value), colours)
    ends = [] if base is None else [base]
    _span(plot, [each.low for _place, each in drawn] + ends, [each.high for _place, each in drawn] + ends)
    plot.xaxis.set_major_locator(MaxNLocator(4))
    heading(plot, quality_title(rows, name), colours)


def _draw_cost(plot: Axes, rows: Sequence[Result], name: str | None, colours: Inks) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    known = metric(name or "e2el_s")
    largest = 0.0
    for place, row in enumerate(rows):
        reading = read(row, name) if name else None
        if reading is None:
            continue
        colour = colours.series(place)
        plot.plot([reading.low, reading.high], [place, place], color=colour, linewidth=2, solid_capstyle="round")
        plot.plot([reading.value], [place], marker(place), color=colour, markersize=8)
        _value(plot, place, known.said(reading.value), colours)
        largest = max(largest, reading.high)
    plot.set_xlim(0, largest * 1.05 or 1)
    plot.xaxis.set_major_locator(MaxNLocator(3))
    plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: known.said(value) if value else "0"))
    heading(plot, _cost_heading(rows, name), colours)


def _cost_heading(rows: Sequence[Result], name: str | None) -> str:
    if name is None:
        return _("latency: not measured")
    timed = any(name in row.measurements for row in rows)
    spread = _("{what}, p50 to p5") if metric(name).more else _("{what}, p50 to p95")
    return spread.format(what=metric(name).title) if timed else metric(name).title


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
