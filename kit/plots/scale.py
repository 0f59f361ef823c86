"""The scales of a trade-off: round ticks, room around the marks, the lines of limits, where everything stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.plots.limits import Limits
from kit.plots.metrics import Metric, read
from kit.plots.plane import Axis, Plane, spots
from kit.plots.reading import variant_name
from kit.plots.style import FONT, Inks
from kit.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STEPS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0))
_RADIUS = 15.0
_SMALLEST = 4.0


def bubble_radii(rows: Sequence[Result]) -> list[float]:
    """Return the radius of each variant's mark, in pixels: its area is the memory."""
    weights = [row.metrics.get("max_ram_mib", 0.0) for row in rows]
    if not max(weights, default=0.0):
        return [6.0] * len(rows)
    return [max(_RADIUS * math.sqrt(weight / max(weights)), _SMALLEST) for weight in weights]


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


def scale_axes(
    plot: Axes,
    x: Sequence[float],
    y: Sequence[tuple[float, float, float]],
    cost: Metric,
    gain: Metric,
    limits: Limits,
) -> None:
    """Give a trade-off its scales, so that every mark, interval and limit is inside; costs are on a log axis.

    Parameters
    ----------
    plot : Axes
        Where it is drawn.
    x, y : sequence
        The costs, and of the quality the value and the ends of its interval.
    cost, gain : Metric
        Which they are.
    limits : mapping of str to float
        Limits on any metric.
    """
    from matplotlib.ticker import MaxNLocator, NullLocator

    across = [*x, *(limit for limit in [limits.get(cost.name)] if limit and limit > 0)]
    plot.set_xscale("log")
    room = (max(across) / min(across)) ** 0.12 if max(across) > min(across) * 1.05 else 1.3
    plot.set_xlim(min(across) / room, max(across) * room)
    up = [limit for limit in [limits.get(gain.name)] if limit is not None]
    low, high = min([*(v[1] for v in y), *up]), max([*(v[2] for v in y), *up])
    pad = (high - low) * 0.12 or 0.05
    plot.set_ylim(low - pad, high + pad)
    plot.yaxis.set_major_locator(MaxNLocator(4))
    unit = cost.meant(1.0)  # round in the unit that people read
    ticks = [tick * unit for tick in log_ticks(*(end / unit for end in plot.get_xlim()))]
    plot.set_xticks(ticks, [cost.said(tick) for tick in ticks])
    plot.xaxis.set_minor_locator(NullLocator())


def limit_lines(plot: Axes, cost: Metric, gain: Metric, limits: Limits, colours: Inks) -> None:
    """Draw the limits on the two metrics of a trade-off, each with its value."""
    for known, line, place in ((cost, plot.axvline, "x"), (gain, plot.axhline, "y")):
        limit = limits.get(known.name)
        if limit is not None:
            line(limit, color=colours.ink2, linewidth=1, dashes=(1, 2), zorder=2.2)
            _limit_name(plot, known, limit, place, colours)


def _limit_name(plot: Axes, known: Metric, limit: float, place: str, colours: Inks) -> None:
    at, shift = ((limit, 1), (3, -8)) if place == "x" else ((1, limit), (0, 4))
    plot.annotate(
        ("≥ " if known.more else "≤ ") + known.said(limit),
        at,
        shift,
        xycoords=("data", "axes fraction") if place == "x" else ("axes fraction", "data"),
        textcoords="offset points",
        ha="left" if place == "x" else "right",
        fontsize=FONT,
        color=colours.ink2,
    )


def noted(
    plot: Axes,
    rows: Sequence[Result],
    names: tuple[str, str],
    box: tuple[float, float, float, float],
    size: tuple[float, float],
) -> Plane:
    """Return where the values of a trade-off stand.

    Parameters
    ----------
    plot : Axes
        With the scales of `scale_axes`.
    rows : sequence of Result
        The variants that are drawn.
    names : tuple of str
        The metrics of the two axes, the cost first.
    box : tuple of float
        As `kit.plots.style.axes` takes it.
    size : tuple of float
        Width and height of the figure, pixels.
    """
    (left, top, right, bottom), (width, height) = box, size
    across, up = plot.get_xlim(), plot.get_ylim()
    x = Axis(names[0], across[0], across[1], left, width - right, log=True)
    y = Axis(names[1], up[0], up[1], height - bottom, top)
    at = [(a.value, b.value) for row in rows if (a := read(row, names[0])) and (b := read(row, names[1]))]
    marks = [(a, b, radius) for (a, b), radius in zip(at, bubble_radii(rows), strict=True)]
    return Plane(width, height, x, y, spots([variant_name(row) for row in rows], x, y, marks))
