"""Accuracy over the share of cases that get an answer: what holding back the unsure ones gains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.key import below
from kit.plots.style import FONT, axes, describe, figure, grid, heading, inks
from kit.plots.words import count, share

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEFT, _HEAD, _RIGHT, _FOOT = 40.0, 30.0, 20.0, 44.0


def coverage_curve(
    curve: Sequence[tuple[float, float, float, float]],
    *,
    at: tuple[float, float] | None = None,
    threshold: float | None = None,
    rows: int = 0,
    width: float = 640,
    height: float = 310,
    dark: bool = False,
) -> Figure:
    """Draw the share of right answers over the share of cases that get one, the surest first, with its band.

    Parameters
    ----------
    curve : sequence of (coverage, accuracy, low, high)
        Ascending by coverage; the last covers all cases.
    at : tuple of float, optional
        Coverage and accuracy at the threshold that was chosen.
    threshold : float, optional
        It.
    rows : int
        Cases that the curve rests on.
    width, height : float, pixels
        The size.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    colours = inks(dark)
    made = figure(width, height)
    plot = axes(made, (_LEFT, _HEAD, _RIGHT, _FOOT), colours)
    x, y = [each[0] for each in curve], [each[1] for each in curve]
    low, high = [each[2] for each in curve], [each[3] for each in curve]
    # Of the first few cases nothing is known: their band would reach to the ground.
    known = [place for place, share_of in enumerate(x) if share_of >= 0.1] or list(range(len(x)))
    plot.set_xlim(0, 1.005)
    plot.set_ylim(max(math.floor((min(low[place] for place in known) - 0.02) * 10) / 10, 0), 1.005)
    plot.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    plot.yaxis.set_major_formatter(lambda value, _place: f"{value:.1f}" if round(value * 10, 6) % 1 == 0 else "")
    grid(plot, colours)
    plot.fill_between(x, low, high, color=colours.s1, alpha=0.16, linewidth=0)
    plot.plot(x, y, color=colours.s1, linewidth=2)
    if at is not None:
        plot.plot([at[0], at[0]], [0, at[1]], color=colours.ink2, linewidth=1, dashes=(1, 2))
        plot.plot([at[0]], [at[1]], "o", color=colours.s2, markersize=8, zorder=3)
        plot.annotate(
            _("threshold {value:.2f}: {accuracy} right").format(value=threshold or 0.0, accuracy=share(at[1])),
            (at[0], plot.get_ylim()[0]),
            (-6, 8) if at[0] > 0.5 else (6, 8),
            textcoords="offset points",
            ha="right" if at[0] > 0.5 else "left",
            fontsize=FONT,
            color=colours.ink,
        )
    heading(plot, _("share of answers that are right, 95% band"), colours)
    below(plot, _("share of cases that get an answer"), colours)
    describe(made, _("Accuracy by coverage"), _words(curve, at, threshold, rows))
    return made


def _words(
    curve: Sequence[tuple[float, float, float, float]],
    at: tuple[float, float] | None,
    threshold: float | None,
    rows: int,
) -> str:
    text = _("{coverage} answered: {accuracy} right ({low} to {high})")
    near = [min(curve, key=lambda each: abs(each[0] - wanted)) for wanted in (0.25, 0.5, 0.75, 1.0)]
    told = "; ".join(
        text.format(coverage=share(each[0]), accuracy=share(each[1]), low=share(each[2]), high=share(each[3]))
        for each in dict.fromkeys(near)
    )
    said = _("Of {rows} cases, the surest first: {told}.").format(rows=count(rows), told=told)
    if at is None:
        return said
    chosen = _("At the threshold {value:.2f}, {coverage} are answered and {accuracy} of these are right.")
    return f"{said} {chosen.format(value=threshold or 0.0, coverage=share(at[0]), accuracy=share(at[1]))}"
