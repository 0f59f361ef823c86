"""The reliability diagram: how often answers are right, by how sure the model is of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.reading import fact
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, text_width, wrapped
from kit.plots.words import count, share
from kit.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kit.measure.calibration import Bin, Calibration

_LEFT, _RIGHT, _HEAD = 38.0, 16.0, 28.0
_STRIP, _BETWEEN, _FOOT = 44.0, 58.0, 22.0  # the counts below, and what stands around them
_LINE = FONT * 1.45


def reliability(source: Result | Calibration, *, width: float = 560, height: float = 330, dark: bool = False) -> Figure:
    """Draw the share of right answers over the probability that the model gave them; below, how many rows that is.

    On the dashed line a model is right as often as it says. Bins whose 95 % interval misses it are diamonds.

    Parameters
    ----------
    source : Result or Calibration
        Of an evaluation whose answers are labels or choices, or what `kit.calibration` gave.
    width, height : float, pixels
        The size.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.

    Raises
    ------
    ParameterError
        The result tells nothing of calibration.
    """
    found = _calibration(source)
    colours = inks(dark)
    said = _said(found)
    lines = wrapped(said, width - 20)
    foot = _FOOT + _LINE * len(lines) + 6
    made = figure(width, height)
    plot = axes(made, (_LEFT, _HEAD, _RIGHT, foot + _STRIP + _BETWEEN), colours)
    strip = axes(made, (_LEFT, height - foot - _STRIP, _RIGHT, foot), colours)
    low = _beginning(found.bins)
    for each in (plot, strip):
        each.set_xlim(low, 1)
    _shares(plot, found.bins, low, colours)
    _counts(strip, found.bins, colours, (width - _LEFT - _RIGHT) / (1 - low))
    for place, line in enumerate(lines):
        _caption(strip, line, place, colours)
    describe(made, _("Share of right answers by probability"), f"{said} {_table(found.bins)}")
    return made


def _calibration(source: Result | Calibration) -> Calibration:
    from kit.measure.calibration import Calibration

    if isinstance(source, Calibration):
        return source
    facts = fact(source, "calibration", allowed=_("a result whose answers are labels or choices"))
    return Calibration.from_result(source.metrics, facts)


def _beginning(bins: tuple[Bin, ...]) -> float:
    """Return where the axis begins: at the lowest bin, or at the tenth below its rows, if that is later."""
    return max((max(bins[0].low, math.floor(bins[0].confidence * 10 - 0.5) / 10) if bins else 0.0), 0.0)


def _holds(found: Bin) -> bool:
    return found.accuracy_low <= found.confidence <= found.accuracy_high


def _shares(plot: Axes, bins: tuple[Bin, ...], low: float, colours: Inks) -> None:
    from matplotlib.ticker import MultipleLocator

    plot.set_ylim(0, 1)
    plot.plot([low, 1], [low, 1], color=colours.s5, linewidth=1, dashes=(4, 3), zorder=1)
    for each in bins:
        holds = _holds(each)
        colour = colours.s1 if holds else colours.s2
        x = each.confidence
        plot.plot([x, x], [each.accuracy_low, each.accuracy_high], color=colour, linewidth=2, solid_capstyle="round")
        plot.plot([x], [each.accuracy], "o" if holds else "D", color=colour, markersize=7, clip_on=False, zorder=3)
    plot.yaxis.set_major_locator(MultipleLocator(0.25))
    plot.xaxis.set_major_locator(MultipleLocator(0.1 if low > 0.4 else 0.2))
    grid(plot, colours, axis="both")
    heading(plot, _("share right, 95% interval; dashed: as often as it says"), colours)


def _counts(strip: Axes, bins: tuple[Bin, ...], colours: Inks, across: float) -> None:
    """Draw how many rows each bin holds; a number stands where its bar is wide enough for it."""
    most = max((each.rows for each in bins), default=1)
    strip.set_ylim(0, most)
    strip.set_xticks([])
    strip.set_yticks([])
    for each in bins:
        left = max(each.low, strip.get_xlim()[0])
        wide = each.high - left
        gap = min(2 / across, wide / 4)
        strip.bar(left + gap / 2, each.rows, wide - gap, align="edge", color=colours.s5, alpha=0.55)
        text = count(each.rows)
        if text_width(text) < wide * across:
            strip.annotate(
                text,
                ((left + each.high) / 2, each.rows),
                (0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=FONT,
                color=colours.ink2,
                annotation_clip=False,
            )
    heading(strip, _("rows, by the probability of their answer"), colours, above=20)


def _caption(strip: Axes, line: str, place: int, colours: Inks) -> None:
    strip.annotate(
        line,
        (0, 0),
        (0, -_FOOT + 2 - place * _LINE),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=FONT,
        color=colours.ink2,
        annotation_clip=False,
    )


def _said(found: Calibration) -> str:
    """Return the calibration in a sentence or two."""
    text = _("Calibration error {ece} over {rows} rows, of which {chance} would be there by chance.")
    parts = [text.format(ece=share(found.ece), rows=count(found.rows), chance=share(found.ece_by_chance))]
    sure = sum(each.rows * (each.confidence - each.accuracy) for each in found.bins) / max(found.rows, 1)
    if found.ece - found.ece_by_chance < 2 * found.ece_stderr:
        parts.append(_("No evidence that the probabilities are wrong."))
    elif sure > 0:
        parts.append(_("Surer than right, by {n} on average.").format(n=share(sure)))
    else:
        parts.append(_("Right more often than sure, by {n} on average.").format(n=share(-sure)))
    if not all(map(_holds, found.bins)):
        parts.append(_("Diamonds: the interval misses the line."))
    return " ".join(parts)


def _table(bins: tuple[Bin, ...]) -> str:
    text = _("{rows} rows at {confidence}: {accuracy} right ({low} to {high})")
    said = [
        text.format(
            rows=count(each.rows),
            confidence=share(each.confidence),
            accuracy=share(each.accuracy),
            low=share(each.accuracy_low),
            high=share(each.accuracy_high),
        )
        for each in bins
    ]
    return "; ".join(said) + "."
