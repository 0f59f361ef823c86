"""Accuracy against latency: who is worth its time, with memory as the area of the bubble."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.label import Box, Mark, place_labels
from kit.plots.pareto import pareto
from kit.plots.reading import (
    accuracy,
    common_latency,
    latency,
    latency_title,
    only_answer,
    rows_of,
    sentence,
    variant_name,
)
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, literal, marker, text_width
from kit.plots.words import duration, memory
from kit.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STEPS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0))
_RADIUS = 15.0
_SMALLEST = 4.0


def tradeoff(
    results: Result | Sequence[Result],
    *,
    width: float = 560,
    height: float = 250,
    latency_name: str | None = None,
    dark: bool = False,
) -> Figure:
    """Draw accuracy with its interval over the median latency (log axis); nobody beats those on the dashed line.

    A variant that gives every row the same label is drawn, and never among the best.

    Parameters
    ----------
    results : Result or sequence of Result
        A sweep's result or its parts; rows without accuracy or latency are left out.
    width, height : float, pixels
        The size.
    latency_name : str, optional
        Which times to draw; left out, the first of ``e2el_s``, ``ttft_s``, ``tpot_s`` that all rows have.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    rows = rows_of(results)
    timed = latency_name or common_latency(rows)
    rows = [row for row in rows if accuracy(row) is not None and timed and latency(row, timed) is not None]
    colours = inks(dark)
    made = figure(width, height)
    plot = axes(made, (38, 30, 18, 58), colours)
    heading(plot, _("accuracy, 95% interval"), colours)
    best: list[int] = []
    if rows and timed:
        best = _draw(plot, rows, timed, colours, (width - 56, height - 88))
    else:
        plot.set_xticks([])
        plot.set_yticks([])
    _caption(plot, rows, timed, colours, width - 20, joined=len(best) > 1)
    marks = {f"mark-{place}": sentence(row, timed) for place, row in enumerate(rows)}
    winners = ", ".join(variant_name(rows[place]) for place in best)
    text = ". ".join(marks.values()) + (_(". Best trade-offs: {names}.").format(names=winners) if winners else "")
    describe(made, _("Accuracy against latency"), text, marks)
    return made


def log_ticks(low: float, high: float) -> list[float]:
    """Return three to seven round values from `low` to `high`; in a short range they are evenly apart.

    Parameters
    ----------
    low, high : float, above 0
        The ends of the axis.
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in _STEPS:
        ticks = [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]
        if len(ticks) >= 3:
            return ticks[:: -(-len(ticks) // 7)]
    first = math.floor(math.log10(high - low))
    apart = [step * 10.0**power for power in (first, first - 1) for step in (5, 2.5, 2, 1)]
    step = next(step for step in apart if math.floor(high / step) - math.ceil(low / step) >= 2)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _draw(plot: Axes, rows: Sequence[Result], timed: str, colours: Inks, size: tuple[float, float]) -> list[int]:
    from matplotlib.ticker import MaxNLocator, NullLocator

    x = [measured.p50 for row in rows if (measured := latency(row, timed)) is not None]
    y = [read for row in rows if (read := accuracy(row)) is not None]
    weights = [row.metrics.get("max_ram_mib", 0.0) for row in rows]
    radii = [max(_RADIUS * math.sqrt(w / max(weights)), _SMALLEST) if max(weights) else 6.0 for w in weights]
    plot.set_xscale("log")
    room = (max(x) / min(x)) ** 0.12 if max(x) > min(x) * 1.05 else 1.3
    plot.set_xlim(min(x) / room, max(x) * room)
    low, high = min(v[1] for v in y), max(v[2] for v in y)
    pad = (high - low) * 0.12 or 0.05
    plot.set_ylim(low - pad, high + pad)
    plot.yaxis.set_major_locator(MaxNLocator(4))
    ticks = log_ticks(*plot.get_xlim())
    plot.set_xticks(ticks, [duration(tick) for tick in ticks])
    plot.xaxis.set_minor_locator(NullLocator())
    grid(plot, colours)
    able = [place for place, row in enumerate(rows) if not only_answer(row)]
    best = [able[i] for i in pareto([x[i] for i in able], [y[i][0] for i in able])]
    plot.plot([x[i] for i in best], [y[i][0] for i in best], color=colours.ok, linewidth=1.4, dashes=(4, 3), zorder=2)
    for place, (at, (value, least, most), radius) in enumerate(zip(x, y, radii, strict=True)):
        colour = colours.series(place)
        plot.plot([at, at], [least, most], color=colours.s5, linewidth=1.2, zorder=2.5)
        dot = plot.plot([at], [value], marker(place), color=colour, markersize=2 * radius, zorder=3, clip_on=False)[0]
        dot.set_gid(f"mark-{place}")
        dot.set_markeredgewidth(2 if place in best else 0)
        dot.set_markeredgecolor(colours.ok)
    _labels(plot, [variant_name(row) for row in rows], x, y, radii, best, colours, size)
    return best


def _labels(
    plot: Axes,
    names: Sequence[str],
    x: Sequence[float],
    y: Sequence[tuple[float, float, float]],
    radii: Sequence[float],
    best: Sequence[int],
    colours: Inks,
    size: tuple[float, float],
) -> None:
    (left, right), (bottom, top) = plot.get_xlim(), plot.get_ylim()
    across = [math.log(at / left) / math.log(right / left) * size[0] for at in x]
    up = [[(v - bottom) / (top - bottom) * size[1] for v in values] for values in y]
    marks = [Mark(a, u[0], r, u[1], u[2]) for a, u, r in zip(across, up, radii, strict=True)]
    line = [(across[i], up[i][0]) for i in best]
    bounds = Box(0, 0, size[0] + 16, size[1] + 4)
    boxes = place_labels(marks, [text_width(name) for name in names], FONT * 1.3, bounds, line)
    for name, mark, box in zip(names, marks, boxes, strict=True):
        # Anchored at the side that faces the mark: the page's font is narrower than the width that was reserved.
        beside = box.left >= mark.x or box.right <= mark.x
        anchor, edge = ("left", box.left) if box.left >= mark.x else ("right", box.right)
        if not beside:
            anchor, edge = "center", (box.left + box.right) / 2
        plot.annotate(
            literal(name),
            (edge / size[0], (box.bottom + FONT * 0.35) / size[1]),
            xycoords="axes fraction",
            ha=anchor,
            fontsize=FONT,
            color=colours.ink,
            annotation_clip=False,
        )


def _caption(
    plot: Axes, rows: Sequence[Result], timed: str | None, colours: Inks, width: float, *, joined: bool
) -> None:
    if not rows or not timed:
        parts = [_("Nothing to draw yet:"), _("accuracy and latency come with the first finished row.")]
    else:
        parts = [_("{what}, log scale").format(what=latency_title(timed))]
        weights = [row.metrics["max_ram_mib"] for row in rows if "max_ram_mib" in row.metrics]
        if weights:
            parts.append(_("area = memory, up to {most}").format(most=memory(max(weights))))
        if joined:
            parts.append(_("dashed = best trade-offs"))
    lines = [" · ".join(parts)] if text_width(" · ".join(parts)) < width else [parts[0], " · ".join(parts[1:])]
    for place, line in enumerate(lines):
        plot.annotate(
            line,
            (1, 0),
            (0, -34 - place * FONT * 1.4),
            "axes fraction",
            textcoords="offset points",
            ha="right",
            color=colours.ink2,
            fontsize=FONT,
        )
