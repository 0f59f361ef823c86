"""What curves are called: in the margin beside their ends, or, where there is no room for that, line by line below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.plots.ends import End, name_ends
from kit.plots.style import FONT, Inks, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (2, 2), (8, 2, 2, 2), (1, 1))
NARROW = 480.0  # pixels; in a narrower figure names stand below
_LINE = 17.0


def room(names: Sequence[str], width: float) -> tuple[float, float]:
    """Return what names take at the right and below, in pixels, in a figure of `width`."""
    if width < NARROW:
        return 14.0, _LINE * len(names) + 6
    return min(max((text_width(name) for name in names), default=60.0) + 22, width * 0.46), 0.0


def curve_names(
    plot: Axes,
    names: Sequence[str],
    heights: Sequence[float],
    colours: Inks,
    *,
    width: float,
    across: float,
    high: float,
) -> None:
    """Name the curves of a figure, the first in the colour of the first series.

    Parameters
    ----------
    plot : Axes
        With its limits set.
    names : sequence of str
        One for each curve.
    heights : sequence of float
        Where each ends, in the values of the axis; used in the margin.
    colours : Inks
        The theme.
    width, across, high : float, pixels
        Of the figure; of the axes, width and height.
    """
    if width >= NARROW:
        ends = [End(1.0, heights[place], name, colours.series(place)) for place, name in enumerate(names)]
        name_ends(plot, ends, high, at=plot.get_xlim()[1])
        return
    for place, name in enumerate(names):
        y = -(48 + place * _LINE)
        (sample,) = plot.plot(
            [0, 22 / across], [(y + 4) / high] * 2, color=colours.series(place), linewidth=2, clip_on=False,
            transform=plot.transAxes,
        )  # fmt: skip
        if DASHES[place % 5]:
            sample.set_dashes(DASHES[place % 5])
        plot.annotate(
            name, (0, 0), (30, y), xycoords="axes fraction", textcoords="offset points", fontsize=FONT,
            color=colours.series(place), annotation_clip=False,
        )  # fmt: skip


def below(plot: Axes, text: str, colours: Inks) -> None:
    """Write the title of the lower axis below its right end."""
    plot.annotate(
        text,
        (1, 0),
        (0, -30),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        fontsize=FONT,
        color=colours.ink2,
        annotation_clip=False,
    )
