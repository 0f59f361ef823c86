"""Accuracy on validation rows over the steps of a training, with its interval and what no training reaches."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kit.i18n import _
from kit.plots.ends import End, name_ends
from kit.plots.loss import dashes, margin, step_ticks
from kit.plots.smooth import Curve, finite
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, literal
from kit.plots.words import Z95, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT = 34


def accuracy_curve(
    curve: Curve,
    *,
    total: int | None = None,
    last: int = 0,
    rows: int | None = None,
    floor: float | None = None,
    others: Mapping[str, Curve] | None = None,
    width: float = 400,
    height: float = 170,
    dark: bool = False,
) -> Figure:
    """Draw accuracy over the steps.

    Parameters
    ----------
    curve : sequence of (step, share)
        Accuracy on validation rows, 0 to 1.
    total : int, optional
        How many steps the run will make.
    last : int, default 0
        The newest step, where it is later than the newest validation.
    rows : int, optional
        How many rows each accuracy rests on; with it, a band shows the 95 % interval (Wald).
    floor : float, optional
        The accuracy of always giving the most frequent label.
    others : mapping of str to curve, optional
        Accuracies of other runs by name, drawn dashed.
    width, height : float, pixels
        The size.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    points = finite(curve)
    beside = {name: each for name, other in (others or {}).items() if (each := finite(other))}
    newest = max([last, *(step for step, _value in points)])
    end = max(total or 0, newest, max((step for each in beside.values() for step, _value in each), default=0), 1)
    colours, made, right = inks(dark), figure(width, height), margin(width, beside)
    plot = axes(made, (_LEFT, 24, right, 24), colours)
    plot.set_xlim(0, end)
    plot.set_ylim(*_range([*points, *(p for each in beside.values() for p in each)], floor, rows))
    step_ticks(plot, newest, end, bool(total or newest), width - _LEFT - right)
    plot.yaxis.set_major_formatter(lambda value, _place: f"{value:.1f}" if round(value, 3) * 10 % 1 == 0 else "")
    grid(plot, colours)
    heading(plot, _("accuracy, 95% interval") if rows else _("accuracy"), colours)
    _floor(plot, floor, colours)
    _draw(plot, points, rows, colours)
    _names(plot, points, beside, colours, height - 48)
    describe(made, _("Accuracy over steps"), words(points, rows, floor, beside))
    return made


def words(curve: Curve, rows: int | None, floor: float | None, others: Mapping[str, Curve]) -> str:
    """Return what the figure shows, as a sentence."""
    if not curve:
        said = [_("No accuracy has been measured yet")]
    else:
        (first, before), (last, now) = curve[0], curve[-1]
        told = _("accuracy from {a} at step {i} to {b} at step {j}")
        said = [told.format(a=share(before), i=first, b=share(now), j=last)]
        if rows:
            said.append(_("± {half} with {n} rows").format(half=share(_half(now, rows)), n=rows))
    if floor is not None:
        said.append(_("always the most frequent label: {acc}").format(acc=share(floor)))
    said += [_("{name}: accuracy {acc}").format(name=name, acc=share(each[-1][1])) for name, each in others.items()]
    return "; ".join(said) + "."


def _range(points: Curve, floor: float | None, rows: int | None) -> tuple[float, float]:
    """Return the ends of the axis: whole tenths around every value and interval; of nothing, all that can be."""
    if not points:
        return 0.0, 1.0
    halves = [_half(value, rows) if rows else 0.0 for _step, value in points]
    ends = [value + sign * half for (_step, value), half in zip(points, halves, strict=True) for sign in (-1, 1)]
    ends += [] if floor is None else [floor]
    return math.floor(max(min(ends) - 0.02, 0) * 10) / 10, min(math.ceil((max(ends) + 0.02) * 10) / 10, 1.0)


def _half(value: float, rows: int) -> float:
    return Z95 * math.sqrt(value * (1 - value) / rows)


def _floor(plot: Axes, floor: float | None, colours: Inks) -> None:
    if floor is None:
        return
    plot.axhline(floor, color=colours.ink2, linewidth=1, dashes=(1, 2))
    plot.annotate(
        _("most frequent label"),
        (1, floor),
        (0, 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        fontsize=FONT,
        color=colours.ink2,
    )


def _draw(plot: Axes, points: Curve, rows: int | None, colours: Inks) -> None:
    steps, values = [step for step, _value in points], [value for _step, value in points]
    if rows and points:
        halves = [_half(value, rows) for value in values]
        low = [max(value - half, 0) for value, half in zip(values, halves, strict=True)]
        high = [min(value + half, 1) for value, half in zip(values, halves, strict=True)]
        plot.fill_between(steps, low, high, color=colours.s2, alpha=0.16, linewidth=0)
    plot.plot(steps, values, color=colours.s2, linewidth=2, marker="o" if len(points) <= 40 else "", markersize=3.5)
    plot.plot(steps[-1:], values[-1:], "o", color=colours.s2, markersize=7, clip_on=False)


def _names(plot: Axes, points: Curve, others: Mapping[str, Curve], colours: Inks, height: float) -> None:
    ink = colours.s2 if others else colours.ink
    ends = [End(*points[-1], _("accuracy {acc}").format(acc=share(points[-1][1])), ink)] if points else []
    for place, (name, curve) in enumerate(others.items()):
        colour = colours.series(place + 2)
        steps, values = [step for step, _value in curve], [value for _step, value in curve]
        plot.plot(steps, values, color=colour, linewidth=1.6, dashes=dashes(place))
        ends.append(End(*curve[-1], f"{literal(name)} {share(curve[-1][1])}", colour))
    name_ends(plot, ends, height, at=plot.get_xlim()[1] if others else None)
