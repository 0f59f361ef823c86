"""What models are predicted to take and how fast they should answer, held in several ways, against this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.errors import ParameterError
from kit.i18n import _
from kit.machine.facts import MIB, Machine, this_machine
from kit.machine.speed import Speed, known_speed
from kit.models import Fit, ModelCard, card_of, expected_speed, fit
from kit.plots.scale import log_ticks
from kit.plots.style import FONT, Inks, axes, describe, figure, grid, heading, inks, text_width
from kit.plots.words import memory, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

METHODS = ("fp32", "bf16", "bnb-int8", "bnb-nf4")
_ROW, _HEAD, _FOOT, _BETWEEN, _RIGHT = 26.0, 52.0, 46.0, 28.0, 22.0  # pixels
_PALE = 0.3


@dataclass(frozen=True)
class Foreseen:
    """One model held in one way: its fit, and the tokens a second of its answers where a speed is known."""

    fit: Fit
    rate: float | None

    @property
    def words(self) -> str:
        """It as a sentence."""
        verdict = {"fits": _("fits"), "tight": _("fits tightly"), "no": _("does not fit")}[self.fit.state]
        told = f"{self.fit.card.title} {self.fit.method}: {_gb(self.fit.needed_bytes)}, {verdict}"
        return told if self.rate is None else told + ", " + _("about {rate}").format(rate=rate(self.rate))


def predictions(
    models: Sequence[str | ModelCard],
    methods: Sequence[str] = METHODS,
    *,
    context: int = 2048,
    machine: Machine | None = None,
    speed: Speed | None = None,
    width: float = 720,
    dark: bool = False,
) -> Figure:
    """Draw the memory that models are predicted to take, and beside it the pace of their answers (log axes).

    Who takes more than the machine has is pale. Both are predictions by formula: nothing was loaded.

    Parameters
    ----------
    models : sequence of str or ModelCard
        At least one, from top to bottom.
    methods : sequence of str
        How the weights are held: keys of `kit.models.METHOD_BITS`.
    context : int, tokens, default 2048
        Prompt and answer together; of models that read less at once, what they read.
    machine : Machine, optional
        Whose memory is the line; this one when left out.
    speed : Speed, optional
        What was measured of it; left out, what is known of this machine. Without any, only memory is drawn.
    width : float, pixels, default 720
        The size; the height follows from how many models there are.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.

    Raises
    ------
    ParameterError
        There are no models or no methods.
    UnknownNameError
        There is no such model, or no formula for a method.
    """
    for name, given in (("models", models), ("methods", methods)):
        if isinstance(given, str) or not given:
            raise ParameterError(name, given, allowed=_("a list with at least one name"))
    cards = [each if isinstance(each, ModelCard) else card_of(each) for each in models]
    known = speed or (known_speed() if machine is None else None)
    where = machine or this_machine()  # named, the fit is of memory alone: the disk is another matter
    rows = [[_foreseen(card, method, context, where, known) for method in methods] for card in cards]
    colours = inks(dark)
    made = figure(width, _HEAD + _ROW * len(cards) + _FOOT)
    _draw(made, rows, colours, width)
    told = [each for row in rows for each in row]
    marks = {f"mark-{place}-{part}": each.words for place, each in enumerate(told) for part in ("memory", "rate")}
    describe(made, _("Predicted memory and speed"), ". ".join(each.words for each in told), marks)
    return made


def _foreseen(card: ModelCard, method: str, context: int, machine: Machine, speed: Speed | None) -> Foreseen:
    tokens = min(context, card.context)
    found = fit(card, method, machine=machine, context=tokens)
    pace = None if speed is None else expected_speed(card, method, speed, context=tokens).decode_tokens_per_s
    return Foreseen(found, pace)


def _draw(made: Figure, rows: Sequence[Sequence[Foreseen]], colours: Inks, width: float) -> None:
    names = [row[0].fit.card.title for row in rows]
    left = max(map(text_width, names)) * 1.08 + 12
    timed = rows[0][0].rate is not None
    half = (width - left - _RIGHT - _BETWEEN) / 2
    plot = axes(made, (left, _HEAD, _RIGHT + half + _BETWEEN if timed else _RIGHT, _FOOT), colours)
    _dots(plot, [[each.fit.needed_bytes / 1e9 for each in row] for row in rows], rows, "memory", colours)
    plot.axvline(rows[0][0].fit.room_bytes / 1e9, color=colours.ink2, linewidth=1.2, zorder=2)
    plot.set_yticks(range(len(names)), names, color=colours.ink)
    heading(plot, _("Memory at its peak, GB"), colours)
    if timed:
        beside = axes(made, (left + half + _BETWEEN, _HEAD, _RIGHT, _FOOT), colours)
        _dots(beside, [[each.rate or 0.0 for each in row] for row in rows], rows, "rate", colours)
        beside.set_yticks([])
        heading(beside, _("Answer tokens a second"), colours)
    _legend(plot, [each.fit.method for each in rows[0]], colours)
    _caption(made, rows, colours)


def _dots(
    plot: Axes, values: Sequence[Sequence[float]], rows: Sequence[Sequence[Foreseen]], part: str, colours: Inks
) -> None:
    from matplotlib.ticker import NullLocator

    flat = [value for row in values for value in row]
    if part == "memory":
        flat.append(rows[0][0].fit.room_bytes / 1e9)
    plot.set_xscale("log")
    plot.set_xlim(min(flat) / 1.25, max(flat) * 1.25)
    plot.set_ylim(len(rows) - 0.5, -0.5)
    ticks = log_ticks(*plot.get_xlim())
    plot.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    plot.xaxis.set_minor_locator(NullLocator())
    grid(plot, colours, axis="x")
    for line, (across, row) in enumerate(zip(values, rows, strict=True)):
        plot.plot([min(across), max(across)], [line, line], color=colours.line, linewidth=1.4, zorder=1.5)
        for place, (value, each) in enumerate(zip(across, row, strict=True)):
            pale = _PALE if each.fit.state == "no" else 1.0
            dot = plot.plot([value], [line], "o", color=colours.series(place), markersize=9, alpha=pale, zorder=3)[0]
            dot.set_gid(f"mark-{line * len(row) + place}-{part}")
            dot.set_markeredgewidth(0)


def _legend(plot: Axes, methods: Sequence[str], colours: Inks) -> None:
    at = 0.0
    for place, method in enumerate(methods):
        for text, colour, shift in (("●", colours.series(place), 0.0), (method, colours.ink, 14.0)):
            plot.annotate(
                text,
                (0, 1),
                (at + shift, 30),
                xycoords="axes fraction",
                textcoords="offset points",
                color=colour,
                fontsize=FONT,
            )
        at += 14 + text_width(method) + 16


def _caption(made: Figure, rows: Sequence[Sequence[Foreseen]], colours: Inks) -> None:
    found = rows[0][0].fit
    line = _("line = memory of the GPU, {room}") if found.machine.gpus else _("line = memory here, {room}")
    parts = [_("Predicted, log scales"), line.format(room=_gb(found.room_bytes))]
    if any(each.fit.state == "no" for row in rows for each in row):
        parts.append(_("pale = does not fit"))
    height = made.get_size_inches()[1] * 72
    made.text(0.985, 8 / height, " · ".join(parts), ha="right", color=colours.ink2, fontsize=FONT)


def _gb(number_of_bytes: float) -> str:
    return memory(number_of_bytes / MIB)
