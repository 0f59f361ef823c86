"""Loss curves: training thin, validation bold, other runs dashed, each named at its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from kit.i18n import _
from kit.plots.ends import End, name_ends
from kit.plots.label import Box, Mark, place_labels
from kit.plots.smooth import Curve, envelope, finite, lowest, smoothed
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, literal, text_width
from kit.plots.words import count, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Locator

_APART = 6.0  # pixels between the names of two steps
_FAR = 24.0  # pixels from which on the last validation has its label beside it, not at the end of the training


class HasCurves(Protocol):
    """Anything with curves by metric name, such as the status of a run."""

    curves: dict[str, list[tuple[int, float]]]


def losses(
    source: HasCurves | Mapping[str, Curve],
    *,
    total: int | None = None,
    others: Mapping[str, Curve] | None = None,
    width: float = 560,
    height: float = 170,
    dark: bool = False,
) -> Figure:
    """Draw the training and the validation loss over the steps; the lowest validation loss is marked.

    A long training loss is drawn as its running mean (`kit.plots.smooth.smoothed`), with the loss of each step faint
    behind it.

    Parameters
    ----------
    source : Status or mapping
        Holds "loss" and "validation_loss" as (step, value) pairs; either may be missing.
    total : int, optional
        How many steps the run will make; the axis goes there from the start, so that nothing moves.
    others : mapping of str to curve, optional
        Validation losses of other runs by name, drawn dashed.
    width, height : float, pixels
        The size.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.
    """
    curves: Mapping[str, Curve] = source if isinstance(source, Mapping) else source.curves
    train, validation = finite(curves.get("loss", ())), finite(curves.get("validation_loss", ()))
    beside = {name: curve for name, each in (others or {}).items() if (curve := finite(each))}
    mean = smoothed(train)
    last = max((step for step, _value in [*train[-1:], *validation]), default=0)
    end = max(total or 0, last, max((step for each in beside.values() for step, _value in each), default=0), 1)
    colours, made, right = inks(dark), figure(width, height), margin(width, beside)
    plot = axes(made, (34, 24, right, 24), colours)
    tops = [value for each in (mean, validation, *beside.values()) for _step, value in each]
    plot.set_xlim(0, end)
    plot.set_ylim(0, max(tops, default=1.0) * 1.04 or 1.0)
    step_ticks(plot, last, end, bool(total or last), width - 34 - right)
    plot.yaxis.set_major_locator(_few())
    plot.yaxis.set_major_formatter(lambda value, _place: f"{value:.4g}")
    grid(plot, colours)
    heading(plot, _("loss"), colours)
    _draw(plot, train, mean, validation, colours)
    size = (width - 34 - right, height - 48)
    if beside:
        _all_labels(plot, mean, validation, beside, colours, size[1])
    elif train and validation and (train[-1][0] - validation[-1][0]) / end * size[0] > _FAR:
        _apart_labels(plot, mean, validation, colours, size, right)
    else:
        _end_labels(plot, mean, validation, colours, size[1])
    describe(made, _("Loss over steps"), words(train, validation, end, beside))
    return made


def _draw(plot: Axes, train: Curve, mean: Curve, validation: Curve, colours: Inks) -> None:
    if mean is not train:
        plot.plot(*_xy(envelope(train)), color=colours.s1, linewidth=0.8, alpha=0.35)
    plot.plot(*_xy(mean), color=colours.s1, linewidth=1.2)
    dots = "o" if len(validation) <= 40 else ""
    plot.plot(*_xy(validation), color=colours.s2, linewidth=2, marker=dots, markersize=3.5)
    _mark_lowest(plot, validation, colours)


def margin(width: float, others: Mapping[str, Curve]) -> float:
    """Return the room at the right in which curves have their names, pixels."""
    longest = max((text_width(f"{name} 0.00") + 14 for name in others), default=0.0)
    return min(max(104.0 if width > 420 else 90.0, longest), width * 0.4)


def dashes(place: int) -> tuple[float, float]:
    """Return the dashes of the curve of another run: told apart without colour."""
    return ((5, 2), (2, 2), (8, 2))[place % 3]


def words(train: Curve, validation: Curve, end: int, others: Mapping[str, Curve] | None = None) -> str:
    """Return what the curves show, as a sentence."""
    if not train and not validation and not others:
        return _("No loss has been reported yet; {end} steps are planned.").format(end=end)
    said = []
    for name, curve in ((_("training"), train), (_("validation"), validation)):
        if curve:
            (first, at_first), (last, at_last) = curve[0], curve[-1]
            text = _("{name} loss from {a} at step {i} to {b} at step {j}")
            said.append(text.format(name=name, a=number(at_first), i=first, b=number(at_last), j=last))
    best = lowest(validation)
    if best is not None and len(validation) > 1:
        said.append(_("lowest validation loss {value} at step {n}").format(value=number(best[1]), n=best[0]))
    for name, curve in (others or {}).items():
        text = _("{name}: lowest validation loss {value}")
        said.append(text.format(name=name, value=number(min(value for _step, value in curve))))
    return "; ".join(said) + _("; {end} steps in all.").format(end=end)


def step_ticks(plot: Axes, last: int, end: int, known: bool, across: float) -> None:
    """Name the first, the newest and the last step on the axis.

    Parameters
    ----------
    plot : Axes
    last, end : int
        The newest step, and where the axis ends.
    known : bool
        Is it known how many steps there will be?
    across : float, pixels
        How wide the axes are.
    """
    named = _("{n} steps").format(n=count(end)) if known else _("steps")
    half = text_width(count(last)) / 2
    before, after = last / end * across - half, (end - last) / end * across - half
    crowded = min(before - text_width("0"), after - text_width(named)) < _APART
    places = [0, end] if crowded else [0, last, end]
    names = [count(place) for place in places[:-1]] + [named]
    plot.set_xticks(places, names)
    labels = plot.get_xticklabels()
    labels[0].set_horizontalalignment("left")
    labels[-1].set_horizontalalignment("right")


def _few() -> Locator:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(4)


def _mark_lowest(plot: Axes, validation: Curve, colours: Inks) -> None:
    """Ring the lowest validation loss, where it is not the newest."""
    best = lowest(validation)
    if best is None or best == validation[-1]:
        return
    plot.plot(*_xy([best]), "o", color=colours.s2, markersize=8, fillstyle="none", markeredgewidth=1.6, clip_on=False)
    plot.annotate(
        _("best {loss}").format(loss=number(best[1])),
        best,
        (0, 9),
        textcoords="offset points",
        ha="center",
        fontsize=FONT,
        color=colours.ink,
        annotation_clip=False,
    )


def _xy(curve: Curve) -> tuple[list[int], list[float]]:
    return [step for step, _value in curve], [value for _step, value in curve]


def _end_labels(plot: Axes, train: Curve, validation: Curve, colours: Inks, height: float) -> None:
    """Name each curve at its end; two names that would touch are pushed apart by the same amount."""
    ends = []
    if validation:
        step, value = validation[-1]
        plot.plot([step], [value], "o", color=colours.s2, markersize=7, clip_on=False)
        ends.append(End(step, value, _("validation {loss}").format(loss=number(value)), colours.ink))
    if train:
        step, value = train[-1]
        ends.append(End(step, value, _("train {loss}").format(loss=number(value)), colours.ink2))
    name_ends(plot, ends, height)


def _all_labels(
    plot: Axes, train: Curve, validation: Curve, others: Mapping[str, Curve], colours: Inks, height: float
) -> None:
    """Draw the curves of other runs, and name all curves in the margin, each in its colour."""
    own = ((validation, _("validation {loss}"), colours.s2), (train, _("train {loss}"), colours.s1))
    ends = [End(*curve[-1], text.format(loss=number(curve[-1][1])), ink) for curve, text, ink in own if curve]
    for place, (name, curve) in enumerate(others.items()):
        ink = colours.series(place + 2)
        plot.plot(*_xy(curve), color=ink, linewidth=1.6, dashes=dashes(place))
        ends.append(End(*curve[-1], f"{literal(name)} {number(curve[-1][1])}", ink))
    name_ends(plot, ends, height, at=plot.get_xlim()[1])


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
