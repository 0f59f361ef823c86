"""One feature in the days before failures, a small panel for each kind: every machine faint, the median bold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TALL, _HEAD, _FOOT, _GAP, _LEFT = 120.0, 40.0, 44.0, 22.0, 36.0
_FEWEST = 3  # lines that a median is drawn of
Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Before:
    """One kind of failure.

    Parameters
    ----------
    mode : str
        What it is called.
    feature : str
        What is drawn.
    lines : tuple of lines
        For each failure the points (days, at most 0 at the failure; value).
    """

    mode: str
    feature: str
    lines: tuple[Line, ...]


def before_failure(found: Sequence[Before], *, width: float = 760, dark: bool = False) -> Figure:
    """Draw a feature in the days before failures.

    Parameters
    ----------
    found : sequence of Before
        At least one kind of failure.
    width : float, pixels
        Of the figure.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    across = 3 if width >= 600 else 2 if width >= 420 else 1
    down = -(-len(found) // across)
    one, tall = width / across, _HEAD + _TALL + _FOOT
    colours, made = inks(dark), figure(width, down * tall + 6)
    for place, each in enumerate(found):
        column, row = place % across, place // across
        box = (
            column * one + _LEFT,
            row * tall + _HEAD,
            width - (column + 1) * one + _GAP / 2,
            (down - row - 1) * tall + _FOOT + 6,
        )
        _panel(made, each, box, colours)
    describe(made, _("Readings in the days before failures"), " ".join(map(_said, found)))
    return made


def _panel(made: Figure, each: Before, box: tuple[float, float, float, float], colours: Inks) -> None:
    plot = axes(made, box, colours)
    middle, own = _median(each.lines), colours.s1  # one colour: each panel has its own title
    for line in each.lines:
        plot.plot(*zip(*line, strict=True), color=colours.s5 if middle else own, linewidth=0.8, alpha=0.6)
    if middle:
        plot.plot(*zip(*middle, strict=True), color=own, linewidth=2.2)
    plot.locator_params(axis="y", nbins=4)
    plot.locator_params(axis="x", nbins=4)
    plot.set_xlim(right=0)
    plot.set_xlabel(_("days to the failure"), labelpad=2, color=colours.ink2, fontsize=FONT)
    grid(plot, colours)
    heading(plot, each.feature, colours)
    plot.annotate(
        each.mode,
        (0, 1),
        (0, 22),
        xycoords="axes fraction",
        textcoords="offset points",
        color=colours.ink,
        fontsize=FONT,
        fontweight="bold",
    )


def _median(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Return the median of the lines in each half day that enough of them have."""
    held: dict[float, list[float]] = {}
    for line in lines:
        for x, y in line:
            held.setdefault(round(2 * x) / 2, []).append(y)
    return [(x, median(values)) for x, values in sorted(held.items()) if len(values) >= _FEWEST]


def _said(each: Before) -> str:
    middle = _median(each.lines)
    text = _("{mode}: {n} failures")
    said = text.format(mode=each.mode, n=len(each.lines))
    if not middle:
        return f"{said}."
    more = _("{feature} goes from {a:.2g} to {b:.2g} within {days:.0f} days (median)")
    return f"{said}, {more.format(feature=each.feature, a=middle[0][1], b=middle[-1][1], days=-middle[0][0])}."
