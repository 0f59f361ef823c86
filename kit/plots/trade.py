"""Accuracy against latency: who is worth its time, with memory as the area of the bubble."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.measure.one_answer import only_answer
from kit.plots.label import Box, Mark, place_labels
from kit.plots.limits import Limits, missed
from kit.plots.metrics import metric, read
from kit.plots.pareto import pareto
from kit.plots.plane import lay_out
from kit.plots.reading import common_latency, rows_of, sentence, variant_name
from kit.plots.scale import bubble_radii, limit_lines, noted, scale_axes
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, literal, marker, text_width
from kit.plots.titles import capital, cost_title, quality_title
from kit.plots.words import memory
from kit.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PALE = 0.3
_LEFT, _TOP, _RIGHT, _BOTTOM = 38.0, 30.0, 18.0, 58.0  # pixels around the axes


def tradeoff(
    results: Result | Sequence[Result],
    *,
    width: float = 560,
    height: float = 250,
    latency_name: str | None = None,
    quality: str = "acc",
    limits: Limits | None = None,
    dark: bool = False,
) -> Figure:
    """Draw quality with its interval over the median latency (log axis); nobody beats those on the dashed line.

    A variant that gives every row the same label is drawn, and never among the best. Of a search's result, those that
    others beat in all its objectives are pale.

    Parameters
    ----------
    results : Result or sequence of Result
        A sweep's result or its parts; rows without the quality or the latency are left out.
    width, height : float, pixels
        The size.
    latency_name : str, optional
        Which times to draw, or another cost such as ``max_ram_mib``; left out, the first of ``e2el_s``, ``ttft_s``,
        ``tpot_s`` that all rows have.
    quality : str, default "acc"
        Which quality to draw, such as ``macro_f1`` or ``perplexity``.
    limits : mapping of str to float, optional
        As `within` takes them; those on the two metrics that are drawn stand as lines, and who does not meet all of
        them is pale.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    made = figure(width, height)
    draw_tradeoff(made, rows_of(results), (0.0, 0.0), latency_name, quality, limits or {}, inks(dark))
    return made


def draw_tradeoff(
    made: Figure,
    rows: Sequence[Result],
    margins: tuple[float, float],
    timed: str | None,
    quality: str,
    limits: Limits,
    colours: Inks,
) -> None:
    """Draw the trade-off into a figure, `margins` pixels from its top and bottom."""
    timed = timed or common_latency(rows)
    rows = [row for row in rows if timed and read(row, quality) and (cost := read(row, timed)) and cost.value > 0]
    width, height = (float(inches) * 72 for inches in made.get_size_inches())
    box = (_LEFT, _TOP + margins[0], _RIGHT, _BOTTOM + margins[1])
    plot = axes(made, box, colours)
    heading(plot, quality_title(rows, quality), colours)
    best: list[int] = []
    if rows and timed:
        size = (width - box[0] - box[2], height - box[1] - box[3])
        best = _draw(plot, rows, (timed, quality), limits, colours, size)
        lay_out(made, noted(plot, rows, (timed, quality), box, (width, height)))
    else:
        plot.set_xticks([])
        plot.set_yticks([])
    _caption(plot, rows, timed, colours, width - 20, joined=len(best) > 1)
    marks = {f"mark-{place}": sentence(row, timed, quality) for place, row in enumerate(rows)}
    winners = ", ".join(variant_name(rows[place]) for place in best)
    text = ". ".join(marks.values()) + (_(". Best trade-offs: {names}.").format(names=winners) if winners else "")
    describe(
        made,
        _("{quality} against {cost}").format(quality=capital(metric(quality).title), cost=cost_title(timed)),
        text,
        marks,
    )


def _draw(
    plot: Axes, rows: Sequence[Result], names: tuple[str, str], limits: Limits, colours: Inks, size: tuple[float, float]
) -> list[int]:
    cost, gain = (metric(name) for name in names)
    x = [reading.value for row in rows if (reading := read(row, cost.name)) is not None]
    y = [(reading.value, reading.low, reading.high) for row in rows if (reading := read(row, gain.name)) is not None]
    radii = bubble_radii(rows)
    scale_axes(plot, x, y, cost, gain, limits)
    grid(plot, colours)
    able = [place for place, row in enumerate(rows) if not only_answer(row)]
    signs = -1 if cost.more else 1, 1 if gain.more else -1
    best = [able[i] for i in pareto([signs[0] * x[i] for i in able], [signs[1] * y[i][0] for i in able])]
    plot.plot([x[i] for i in best], [y[i][0] for i in best], color=colours.ok, linewidth=1.4, dashes=(4, 3), zorder=2)
    for place, (at, (value, least, most), radius) in enumerate(zip(x, y, radii, strict=True)):
        pale = missed(rows[place], limits) or _beaten(rows[place])
        colour, alpha = colours.series(place), _PALE if pale else 1.0
        plot.plot([at, at], [least, most], color=colours.s5, linewidth=1.2, zorder=2.5, alpha=alpha)
        dot = plot.plot([at], [value], marker(place), color=colour, markersize=2 * radius, zorder=3, alpha=alpha)[0]
        dot.set_clip_on(False)
        dot.set_gid(f"mark-{place}")
        dot.set_markeredgewidth(2 if place in best else 0)
        dot.set_markeredgecolor(colours.ok)
    limit_lines(plot, cost, gain, limits, colours)
    _labels(plot, [variant_name(row) for row in rows], x, y, radii, best, colours, size)
    return best


def _beaten(row: Result) -> bool:
    """Did a search find that another variant is better?"""
    return row.facts.get("front") is False


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
        parts = [_("{what}, log scale").format(what=metric(timed).title)]
        weights = [row.metrics["max_ram_mib"] for row in rows if "max_ram_mib" in row.metrics]
        if weights:
            parts.append(_("area = memory, up to {most}").format(most=memory(max(weights))))
        if joined:
            parts.append(_("dashed = best trade-offs"))
        if any(map(_beaten, rows)):
            parts.append(_("pale = beaten"))
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
