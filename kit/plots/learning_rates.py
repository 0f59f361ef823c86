"""The loss over a rising learning rate, with the rate that it suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.errors import KitError
from kit.i18n import _
from kit.plots.style import FONT, axes, describe, figure, grid, heading, inks
from kit.plots.words import number
from kit.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def learning_rates(result: Result, *, width: float = 560, height: float = 190, dark: bool = False) -> Figure:
    """Draw what `find_learning_rate` found: each step faint, the smoothed loss bold, the suggested rate marked.

    Parameters
    ----------
    result : Result
        Of `find_learning_rate`.
    width, height : float, pixels
        The size.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.

    Raises
    ------
    KitError
        The result is of other work.
    """
    rates, losses = result.facts.get("rates"), result.facts.get("smoothed_losses")
    if not rates or not losses:
        raise KitError(
            _("This result holds no curve over learning rates."), fix=_("Give that of kit.find_learning_rate(…).")
        )
    colours, made = inks(dark), figure(width, height)
    plot = axes(made, (34, 24, 16, 24), colours)
    plot.set_xscale("log")
    plot.set_xlim(rates[0], rates[-1])
    plot.set_ylim(0, max(losses) * 1.08)
    plot.xaxis.set_major_formatter(lambda value, _place: f"{value:g}")
    plot.xaxis.set_minor_formatter(lambda _value, _place: "")
    grid(plot, colours)
    heading(plot, _("loss over learning rate"), colours)
    plot.plot(rates, result.facts["losses"], color=colours.s1, linewidth=0.8, alpha=0.35)
    plot.plot(rates, losses, color=colours.s1, linewidth=2)
    found = result.metrics.get("learning_rate")
    if found is not None:
        plot.axvline(found, color=colours.s2, linewidth=1.2)
        right = found < (rates[0] * rates[-1]) ** 0.5
        plot.annotate(
            _("suggested {rate}").format(rate=number(found)),
            (found, 1),
            (4 if right else -4, -4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="left" if right else "right",
            va="top",
            color=colours.s2,
            fontsize=FONT,
        )
    describe(made, _("Loss over learning rate"), _words(rates, losses, found))
    return made


def _words(rates: list[float], losses: list[float], found: float | None) -> str:
    """Return what the figure shows, as a sentence."""
    place = losses.index(min(losses))
    told = _("The smoothed loss goes from {first} at {low} to its lowest, {least}, at {rate}").format(
        first=number(losses[0]), low=number(rates[0]), least=number(losses[place]), rate=number(rates[place])
    )
    said = _("; suggested: {rate}").format(rate=number(found)) if found is not None else ""
    return told + said + "."
