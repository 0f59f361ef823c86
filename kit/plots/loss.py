"""Loss curves: training thin, validation bold, each labelled at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from kit.i18n import _
from kit.plots.label import Box, Mark, place_labels
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, text_width
from kit.plots.words import count, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Curve = Sequence[tuple[int, float]]
_ENDS_APART = 14.0  # pixels between two labels at the right
_FAR = 24.0  # pixels from which on the last validation has its label beside it, not at the end of the training
_POINTS = 400


class HasCurves(Protocol):
    """Anything with curves by metric name, such as the status of a run."""

    curves: dict[str, list[tuple[int, float]]]


def losses(
    source: HasCurves | Mapping[str, Curve],
    *,
    total: int | None = None,
    width: float = 560,
    height: float = 170,
    dark: bool = False,
) -> Figure:
    """Draw the training and the validation loss over the steps.

    Parameters
    ----------
    source : Status or mapping
        Holds "loss" and "validation_loss" as (step, value) pairs; either may be missing.
    total : int, optional
        How many steps the run will make; the axis goes there from the start, so that nothing moves.
    width, height : float, pixels
        The size.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    curves: Mapping[str, Curve] = source if isinstance(source, Mapping) else source.curves
    train, validation = curves.get("loss", ()), curves.get("validation_loss", ())
    last = max((step for curve in (train, validation) for step, _value in curve), default=0)
    end = max(total or 0, last, 1)
    colours = inks(dark)
    made = figure(width, height)
    right = 104.0 if width > 420 else 90.0
    plot = axes(made, (34, 24, right, 24), colours)
    highest = max((value for curve in (train, validation) for _step, value in curve), default=1.0)
    plot.set_xlim(0, end)
    plot.set_ylim(0, highest * 1.04 or 1.0)
    _ticks(plot, last, end, bool(total or last), width)
    grid(plot, colours)
    heading(plot, _("loss"), colours)
    plot.plot(*_xy(envelope(train)), color=colours.s1, linewidth=1.2)
    dots = "o" if len(validation) <= 40 else ""
    plot.plot(*_xy(validation), color=colours.s2, linewidth=2, marker=dots, markersize=3.5)
    size = (width - 34 - right, height - 48)
    if train and validation and (train[-1][0] - validation[-1][0]) / end * size[0] > _FAR:
        _apart_labels(plot, train, validation, colours, size, right)
    else:
        _end_labels(plot, train, validation, colours, size[1])
    describe(made, _("Loss over steps"), words(train, validation, end))
    return made


def envelope(curve: Curve, points: int = _POINTS) -> Curve:
    """Return at most about `points` points of a long curve: the lowest and the highest of each stretch, no averages."""
    if len(curve) <= points:
        return curve
    stretch = -(-2 * len(curve) // points)
    kept: list[tuple[int, float]] = []
    for start in range(0, len(curve), stretch):
        part = curve[start : start + stretch]
        ends = {min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1]), part[-1]}
        kept.extend(sorted(ends))
    return kept


def words(train: Curve, validation: Curve, end: int) -> str:
    """Return what the curves show, as a sentence."""
    if not train and not validation:
        return _("No loss has been reported yet; {end} steps are planned.").format(end=end)
    said = []
    for name, curve in ((_("training"), train), (_("validation"), validation)):
        if curve:
            (first, at_first), (last, at_last) = curve[0], curve[-1]
            text = _("{name} loss from {a} at step {i} to {b} at step {j}")
            said.append(text.format(name=name, a=number(at_first), i=first, b=number(at_last), j=last))
    return "; ".join(said) + _("; {end} steps in all.").format(end=end)


def _ticks(plot: Axes, last: int, end: int, known: bool, width: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    near_an_end = min(last, end - last) / end < 60 / max(width - 138, 1)
    places = [0, end] if near_an_end else [0, last, end]
    names = [count(place) for place in places[:-1]] + [_("{n} steps").format(n=count(end)) if known else _("steps")]
    plot.set_xticks(places, names)
    labels = plot.get_xticklabels()
    labels[0].set_horizontalalignment("left")
    labels[-1].set_horizontalalignment("right")
    plot.yaxis.set_major_locator(MaxNLocator(4))
    plot.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:.4g}"))


def _xy(curve: Curve) -> tuple[list[int], list[float]]:
    return [step for step, _value in curve], [value for _step, value in curve]


def _end_labels(plot: Axes, train: Curve, validation: Curve, colours: Inks, height: float) -> None:
    """Name each curve at its end; two labels that would touch are pushed apart by the same amount."""
    top = plot.get_ylim()[1]
    ends = []
    if validation:
        step, value = validation[-1]
        plot.plot([step], [value], "o", color=colours.s2, markersize=7, clip_on=False)
        ends.append((step, value, _("validation {loss}").format(loss=number(value)), colours.ink))
    if train:
        step, value = train[-1]
        ends.append((step, value, _("train {loss}").format(loss=number(value)), colours.ink2))
    ends.sort(key=lambda end: end[1])
    shifts = [0.0] * len(ends)
    if len(ends) == 2:
        gap = (ends[1][1] - ends[0][1]) / top * height
        push = max(_ENDS_APART - gap, 0.0) / 2
        shifts = [-push, push]
    right = max((step for step, *_rest in ends), default=0)
    for (_step, value, text, colour), shift in zip(ends, shifts, strict=True):
        plot.annotate(
            text,
            (right, value),
            (9, shift),
            textcoords="offset points",
            va="center_baseline",
            color=colour,
            fontsize=FONT,
            annotation_clip=False,
        )


def _apart_labels(
    plot: Axes, train: Curve, validation: Curve, colours: Inks, size: tuple[float, float], margin: float
) -> None:
    """Name each curve at its own end, where no curve runs through the name."""
    end, top = plot.get_xlim()[1], plot.get_ylim()[1]

    def pixels(curve: Curve) -> list[tuple[float, float]]:
        return [(step / end * size[0], value / top * size[1]) for step, value in curve]

    plot.plot(*_xy(validation[-1:]), "o", color=colours.s2, markersize=7, clip_on=False)
    curves = ((train, _("train {loss}"), colours.ink2), (validation, _("validation {loss}"), colours.ink))
    names = [text.format(loss=number(curve[-1][1])) for curve, text, _colour in curves]
    ends = [pixels(curve[-1:])[0] for curve, _text, _colour in curves]
    marks = [Mark(x, y, 4, y - 4, y + 4) for x, y in ends]
    line = [*reversed(pixels(envelope(train))), *pixels(validation)]  # both begin at the left: one line through both
    widths = [text_width(name) for name in names]
    boxes = place_labels(marks, widths, FONT * 1.3, Box(0, 0, size[0] + margin, size[1]), line)
    for name, (x, _y), box, (_curve, _text, colour) in zip(names, ends, boxes, curves, strict=True):
        before = box.right <= x  # anchored at the side that faces the mark: the width is a guess on the wide side
        plot.annotate(
            name,
            (box.right if before else box.left, box.bottom + FONT * 0.35),
            xycoords="axes points",
            ha="right" if before else "left",
            fontsize=FONT,
            color=colour,
            annotation_clip=False,
        )
