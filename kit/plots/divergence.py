"""How far each variant is from the reference: most places, and the worst ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.reading import rows_of, variant_name
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, literal, marker, text_width
from kit.plots.words import half_width, number, share
from kit.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW, _HEAD, _FOOT = 26.0, 28.0, 42.0
_SAME = 104.0  # the width of the column with the share of places where the first choice is the same
_LEAST = 1e-6  # nats; what is kept of the reference is no more exact than that


def divergence(results: Result | Sequence[Result], *, width: float = 560, dark: bool = False) -> Figure:
    """Draw for each variant the divergence from the reference at the median place, and up to the worst of a hundred.

    The axis is logarithmic. The share of places where the reference's first choice is also the variant's stands beside.

    Parameters
    ----------
    results : Result or sequence of Result
        A sweep's result, its parts, or evaluations; those that were not compared with a reference, and the reference
        itself, are left out.
    width : float, default 560, pixels
        The size.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    colours = inks(dark)
    rows = [row for row in _rows(results) if _percentiles(row)["100"] > 0]
    made = figure(width, _HEAD + _ROW * max(len(rows), 1) + _FOOT)
    names = max((text_width(variant_name(row)) for row in rows), default=0.0) + 14
    plot = axes(made, (names, _HEAD, _SAME, _FOOT), colours)
    plot.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    plot.set_yticks(range(len(rows)), [literal(variant_name(row)) for row in rows])
    plot.tick_params(axis="y", labelcolor=colours.ink)
    _axis(plot, rows, colours)
    for place, row in enumerate(rows):
        _draw(plot, place, row, colours)
    if rows:
        _legend(plot, colours)
    heading(plot, _title(rows, width - names - _SAME), colours)
    _at_right(plot, _("same choice"), (1, 1), 8, "axes fraction", colours.ink2)
    describe(made, _("Divergence from the reference"), ". ".join(map(_sentence, rows)))
    return made


def _rows(results: Result | Sequence[Result]) -> list[Result]:
    found = rows_of(results if not isinstance(results, Result) or results.parts else [results])
    return [row for row in found if "reference" in row.facts]


def _percentiles(row: Result) -> dict[str, float]:
    return dict(row.facts["reference"]["kld_percentiles"])


def _axis(plot: Axes, rows: Sequence[Result], colours: Inks) -> None:
    from matplotlib.ticker import NullLocator

    found = [_percentiles(row) for row in rows]
    low = min((max(each["50"], _LEAST) for each in found), default=_LEAST)
    high = max((max(each["99"], _LEAST) for each in found), default=1.0)
    first, last = math.floor(math.log10(low)), max(math.ceil(math.log10(high)), math.floor(math.log10(low)) + 1)
    plot.set_xscale("log")
    plot.set_xlim(10.0**first, 10.0**last)
    powers = range(first, last + 1, 1 + (last - first) // 6)
    plot.set_xticks([10.0**power for power in powers], [f"{10.0**power:g}" for power in powers])
    plot.xaxis.set_minor_locator(NullLocator())
    grid(plot, colours, axis="x")


def _draw(plot: Axes, place: int, row: Result, colours: Inks) -> None:
    found = _percentiles(row)
    p50, p90, p99 = (max(found[name], _LEAST) for name in ("50", "90", "99"))
    colour = colours.series(place)
    plot.plot([p50, p99], [place, place], color=colour, linewidth=1.2, solid_capstyle="round")
    plot.plot([p50, p90], [place, place], color=colour, linewidth=4, solid_capstyle="round")
    plot.plot([p50], [place], marker(place), color=colour, markersize=8, clip_on=False)
    same, stderr = row.metrics["same_top_p"], row.metrics.get("same_top_p_stderr", 0.0)
    _at_right(plot, f"{share(same)} {half_width(stderr)}", (1, place), 0, ("axes fraction", "data"), colours.ink)


def _legend(plot: Axes, colours: Inks) -> None:
    plot.annotate(
        _("dot: median place · thick: to 90 % · thin: to 99 % of places"),
        (1, 0),
        (_SAME - 4, -36),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        fontsize=FONT,
        color=colours.ink2,
        annotation_clip=False,
    )


def _at_right(
    plot: Axes, text: str, at: tuple[float, float], above: float, where: str | tuple[str, str], colour: str
) -> None:
    plot.annotate(
        text,
        at,
        (_SAME - 4, above),
        xycoords=where,
        textcoords="offset points",
        ha="right",
        va="baseline" if above else "center_baseline",
        fontsize=FONT,
        color=colour,
        annotation_clip=False,
    )


def _title(rows: Sequence[Result], width: float) -> str:
    if not rows:
        return _("nothing was compared with a reference")
    against = rows[0].facts["reference"]["method"]
    long = _("divergence from {reference}, nats, log scale").format(reference=against)
    return long if text_width(long) < width else _("nats from {reference}, log scale").format(reference=against)


def _sentence(row: Result) -> str:
    found = _percentiles(row)
    text = _("{name}: mean divergence {mean} nats, median {p50}, 99th percentile {p99}; same first choice {same}")
    return text.format(
        name=variant_name(row),
        mean=number(row.metrics["kld_mean"]),
        p50=number(found["50"]),
        p99=number(found["99"]),
        same=share(row.metrics["same_top_p"]),
    )
