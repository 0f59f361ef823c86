"""Lead times: how long before each failure the alarm came, a dot for each, with the median and its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, inks, marker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW, _HEAD, _FOOT, _RIGHT = 74.0, 12.0, 44.0, 112.0
_SPREAD = 0.17  # of a row, to either side: dots that would lie on each other


@dataclass(frozen=True)
class Leads:
    """The lead times of one method.

    Parameters
    ----------
    name : str
        The method.
    days : tuple of float
        One for each failure that was foreseen.
    median : tuple of float
        Median, and the ends of its interval; NaN where no failure was foreseen.
    missed : int
        Failures without an alarm in time.
    """

    name: str
    days: tuple[float, ...]
    median: tuple[float, float, float]
    missed: int


def lead_times(found: Sequence[Leads], *, width: float = 620, dark: bool = False) -> Figure:
    """Draw the days from the alarm to the failure, one row for each method.

    Parameters
    ----------
    found : sequence of Leads
        At least one method.
    width : float, pixels
        Of the figure.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    colours, made = inks(dark), figure(width, _HEAD + _ROW * len(found) + _FOOT)
    plot = axes(made, (10, _HEAD, _RIGHT, _FOOT), colours)
    most = max((day for each in found for day in each.days), default=1.0)
    plot.set_xlim(most * 1.04, 0)  # the failure is at the right, as time goes
    plot.set_ylim(len(found) - 0.35, -0.65)
    plot.set_yticks([])
    grid(plot, colours, axis="x")
    plot.axvline(0, color=colours.ink2, linewidth=1.2)
    for place, each in enumerate(found):
        _row(plot, each, place, colours)
    plot.set_xlabel(_("days before the failure; dots: one failure each, bar: median with 95% interval"), labelpad=6)
    plot.xaxis.label.set(color=colours.ink2, fontsize=FONT)
    describe(made, _("Lead time before failures"), " ".join(map(_said, found)))
    return made


def _row(plot: Axes, each: Leads, place: int, colours: Inks) -> None:
    colour = colours.series(place)
    steps = (-1, 0.35, 1, -0.35, 0)  # the same for the same failure, whatever the others are
    heights = [place + _SPREAD * steps[nth % len(steps)] for nth in range(len(each.days))]
    plot.plot(each.days, heights, marker(place * 5), color=colour, markersize=5, alpha=0.65, clip_on=False)
    middle, low, high = each.median
    if middle == middle:
        plot.plot([low, high], [place, place], color=colours.ink, linewidth=2)
        plot.plot([middle, middle], [place - 0.26, place + 0.26], color=colours.ink, linewidth=2.5)
    plot.annotate(
        each.name,
        (0, place - 0.42),
        xycoords=("axes fraction", "data"),
        color=colour,
        fontsize=FONT,
        va="center",
        annotation_clip=False,
    )
    for line, text in enumerate(_beside(each)):
        at = (9, 6 - 14 * line)
        plot.annotate(
            text, (0, place), at, textcoords="offset points", color=colours.ink2, fontsize=FONT, annotation_clip=False
        )


def _beside(each: Leads) -> list[str]:
    missed = _("{n} late or missed").format(n=each.missed)
    lines = [_("{n} foreseen").format(n=len(each.days)), missed]
    return lines


def _said(each: Leads) -> str:
    middle, low, high = each.median
    if middle != middle:
        return _("{name}: no failure foreseen, {n} late or missed.").format(name=each.name, n=each.missed)
    text = _(
        "{name}: {n} failures foreseen, median {m:.1f} days before ({low:.1f} to {high:.1f}), {missed} late or missed."
    )
    return text.format(name=each.name, n=len(each.days), m=middle, low=low, high=high, missed=each.missed)
