"""What alerts cost by how many of them are looked at, a curve for each score that orders them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.key import DASHES, below, curve_names, room
from kit.plots.style import axes, describe, figure, grid, heading, inks, literal
from kit.plots.words import count, share

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEFT, _HEAD, _FOOT = 58.0, 30.0, 40.0


def price_curves(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    *,
    unit: str = "EUR",
    width: float = 640,
    height: float = 300,
    dark: bool = False,
) -> Figure:
    """Draw the cost of 1,000 alerts over the share of them that is looked at; the cheapest point of each is marked.

    Parameters
    ----------
    curves : mapping of str to sequence of (share, cost)
        By name of the score, from nothing to everything looked at.
    unit : str, default "EUR"
        Of the cost.
    width, height : float, pixels
        The size.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    colours = inks(dark)
    lowest = {name: min(curve, key=lambda point: point[1]) for name, curve in curves.items()}
    names = [f"{literal(name)} {count(point[1])}" for name, point in lowest.items()]
    right, under = room(names, width)
    made = figure(width, height + under)
    plot = axes(made, (_LEFT, _HEAD, right, _FOOT + under), colours)
    plot.set_xlim(0, 1)
    plot.set_ylim(0, max((cost for curve in curves.values() for _at, cost in curve), default=1.0) * 1.05)
    plot.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    plot.yaxis.set_major_formatter(lambda value, _place: count(value))
    grid(plot, colours)
    heading(plot, _("{unit} for 1,000 alerts").format(unit=unit), colours)
    below(plot, _("share of alerts looked at"), colours)
    for place, (name, curve) in enumerate(curves.items()):
        ink = colours.series(place)
        (line,) = plot.plot([at for at, _cost in curve], [cost for _at, cost in curve], color=ink, linewidth=2)
        if DASHES[place % 5]:
            line.set_dashes(DASHES[place % 5])
        plot.plot(*[[each] for each in lowest[name]], "o", color=ink, markersize=7, clip_on=False, zorder=3)
    ends = [point[1] for point in lowest.values()]
    across, high = width - _LEFT - right, height - _HEAD - _FOOT
    curve_names(plot, names, ends, colours, width=width, across=across, high=high)
    describe(made, _("Cost of 1,000 alerts by the share looked at"), _words(lowest, unit))
    return made


def _words(lowest: Mapping[str, tuple[float, float]], unit: str) -> str:
    said = [
        _("{name}: least {cost} {unit}, looking at {at} of the alerts").format(
            name=name, cost=count(cost), unit=unit, at=share(at)
        )
        for name, (at, cost) in lowest.items()
    ]
    return "; ".join(said) + "."
