"""Which assumption decides: an amount with each of its assumptions moved, the most decisive on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, text_width
from kit.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW, _HEAD, _FOOT = 34.0, 26.0, 28.0


@dataclass(frozen=True)
class Swing:
    """One assumption: its name, how far it is moved to either side, and the amount then."""

    name: str
    low: float
    high: float
    at_low: float
    at_high: float


def swings(
    found: Sequence[Swing], amount: tuple[float, float, float], *, title: str, width: float = 620, dark: bool = False
) -> Figure:
    """Draw how an amount moves with each of its assumptions; the band is the interval with none of them moved.

    Parameters
    ----------
    found : sequence of Swing
        The most decisive first.
    amount : tuple of float
        The amount as assumed, and the ends of its interval.
    title : str
        Of the axis.
    width : float, pixels
        Of the figure.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    colours, made = inks(dark), figure(width, _HEAD + _ROW * len(found) + _FOOT)
    left = min(max((text_width(each.name) for each in found), default=0) + 12, 0.42 * width)
    plot = axes(made, (left, _HEAD, 34, _FOOT), colours)
    middle, low, high = amount
    ends = [value for each in found for value in (each.at_low, each.at_high)]
    plot.set_xlim(*_room([*ends, low, high, middle, 0.0]))
    plot.set_ylim(len(found) - 0.5, -0.5)
    plot.set_yticks(range(len(found)), [each.name for each in found])
    grid(plot, colours, axis="x")
    plot.axvspan(low, high, color=colours.s5, alpha=0.16, linewidth=0)
    plot.axvline(middle, color=colours.ink, linewidth=1.4)
    if plot.get_xlim()[0] < 0:
        plot.axvline(0, color=colours.ink2, linewidth=1, dashes=(4, 3))
    for place, each in enumerate(found):
        _bar(plot, each, middle, place, colours)
    plot.xaxis.set_major_formatter(lambda value, _place: f"{value:,.0f}")
    plot.locator_params(axis="x", nbins=5)
    heading(
        plot,
        _("{title}; line: as assumed, band: 95% interval; orange: less of it, blue: more").format(title=title),
        colours,
    )
    describe(made, title, _said(found, amount))
    return made


def _room(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 1.0
    return low - room if low < 0 else 0.0, high + room


def _bar(plot: Axes, each: Swing, middle: float, place: int, colours: Inks) -> None:
    """Draw what less of an assumption does in orange, what more of it does in blue, each with its value at the end."""
    for value, at, colour in ((each.low, each.at_low, colours.s2), (each.high, each.at_high, colours.s1)):
        plot.barh(place, at - middle, left=middle, height=0.5, color=colour, linewidth=0)
        right = at > middle or (at == middle and value == each.high)
        plot.annotate(
            number(value),
            (at, place),
            (5 if right else -5, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center_baseline",
            color=colour,
            fontsize=FONT,
            annotation_clip=False,
        )


def _said(found: Sequence[Swing], amount: tuple[float, float, float]) -> str:
    text = _("As assumed {value:,.0f} ({low:,.0f} to {high:,.0f}).")
    said = [text.format(value=amount[0], low=amount[1], high=amount[2])]
    for each in found:
        told = _("{name} from {low} to {high}: {at_low:,.0f} to {at_high:,.0f}.")
        said.append(
            told.format(
                name=each.name, low=number(each.low), high=number(each.high), at_low=each.at_low, at_high=each.at_high
            )
        )
    return " ".join(said)
