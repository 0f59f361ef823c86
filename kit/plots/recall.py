"""False alarms over recall: how many harmless alerts come along for each share of the frauds found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.key import DASHES, below, curve_names, room
from kit.plots.style import axes, describe, figure, grid, heading, inks, literal
from kit.plots.words import share

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEFT, _HEAD, _FOOT = 40.0, 30.0, 40.0


def recall_curves(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    at: Mapping[str, tuple[float, float, float]],
    *,
    recall: float,
    width: float = 640,
    height: float = 320,
    dark: bool = False,
) -> Figure:
    """Draw the share of harmless alerts raised over the share of frauds found, a curve for each score.

    Parameters
    ----------
    curves : mapping of str to sequence of (found, raised)
        By name of the score, from (0, 0) to (1, 1).
    at : mapping of str to (value, low, high)
        The share of harmless alerts at `recall` with its 95 % interval, drawn as a bar beside the curve.
    recall : float
        At which scores are compared.
    width, height : float, pixels
        The size.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    colours = inks(dark)
    names = [f"{literal(name)} {share(at[name][0])}" for name in curves]
    right, under = room(names, width)
    made = figure(width, height + under)
    plot = axes(made, (_LEFT, _HEAD, right, _FOOT + under), colours)
    plot.set_xlim(0, 1)
    plot.set_ylim(0, 1)
    plot.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    plot.set_yticks([0, 0.25, 0.5, 0.75, 1])
    grid(plot, colours)
    heading(plot, _("share of harmless alerts raised"), colours)
    below(plot, _("share of frauds found"), colours)
    plot.axvline(recall, color=colours.ink2, linewidth=1, dashes=(1, 2))
    for place, (name, curve) in enumerate(curves.items()):
        ink = colours.series(place)
        x, y = [found for found, _raised in curve], [raised for _found, raised in curve]
        (line,) = plot.plot(x, y, color=ink, linewidth=2)
        if DASHES[place % 5]:
            line.set_dashes(DASHES[place % 5])
        value, low, high = at[name]
        shift = recall + (place - (len(curves) - 1) / 2) * 0.014
        plot.plot([shift, shift], [low, high], color=ink, linewidth=2, solid_capstyle="round")
        plot.plot([shift], [value], "o", color=ink, markersize=6, zorder=3)
    ends = [at[name][0] for name in curves]
    across, high = width - _LEFT - right, height - _HEAD - _FOOT
    curve_names(plot, names, ends, colours, width=width, across=across, high=high)
    describe(made, _("False alarms over the share of frauds found"), _words(at, recall))
    return made


def _words(at: Mapping[str, tuple[float, float, float]], recall: float) -> str:
    said = [
        _("{name} raises {value} ({low} to {high})").format(
            name=name, value=share(value), low=share(low), high=share(high)
        )
        for name, (value, low, high) in at.items()
    ]
    return _("To find {recall} of the frauds, of the harmless alerts: {said}.").format(
        recall=share(recall), said="; ".join(said)
    )
