"""The confusion matrix: what is taken for what, and how precise and complete each answer is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kit.i18n import _
from kit.plots.reading import fact
from kit.plots.style import FONT, Inks, axes, describe, figure, inks, literal, text_width, wrapped
from kit.plots.words import count, share
from kit.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kit.measure.confusion import Confusion, Share

_ROW, _HEAD, _FOOT = 22.0, 46.0, 10.0
_NUMBER = 54.0  # the width of a column of precisions or recalls
_WIDEST = 64.0  # of a cell
_LINE = FONT * 1.45
_FAINTEST, _STRONGEST = 0.1, 0.45  # tints: each is seen, and the number on it stays readable


class _Layout(NamedTuple):
    """Where things stand, in pixels: the names, a cell's width, and which columns follow the matrix."""

    names: list[str]
    heads: list[str]
    left: float
    cell: float
    both: bool


def confusion(source: Result | Confusion, *, width: float = 560, dark: bool = False) -> Figure:
    """Draw the confusion matrix: right labels down, answers across, precision and recall of each label beside it.

    The stronger the tint of a cell, the larger its share of the row; right answers are blue, mistakes orange.

    Parameters
    ----------
    source : Result or Confusion
        Of an evaluation whose answers are labels, or what `kit.confusion` gave.
    width : float, default 560, pixels
        Where it is too little for the names of the labels across, their numbers stand there.
    dark : bool, default False
        Colours for a dark ground; not needed where the figure goes through `svg`.

    Raises
    ------
    ParameterError
        The result has no confusion matrix.
    """
    found = _confusion(source)
    colours = inks(dark)
    n = len(found.labels)
    room = _layout(found, width)
    said = _said(found)
    lines = wrapped(said, width - 12)
    height = _HEAD + _ROW * n + _FOOT + _LINE * len(lines) + 8
    made = figure(width, height)
    right = width - room.left - room.cell * n
    plot = axes(made, (room.left, _HEAD, right, height - _HEAD - _ROW * n), colours)
    plot.set_xlim(0, n)
    plot.set_ylim(n, 0)
    plot.spines["bottom"].set_visible(False)
    plot.set_xticks([])
    plot.set_yticks([])
    _cells(plot, found, room.cell, colours)
    _names(plot, room, colours)
    _scores(plot, found, room, colours)
    for place, line in enumerate(lines):
        at = height - _HEAD - _ROW * n - _FOOT - _LINE * (place + 0.8)
        made.text(6 / width, at / height, literal(line), fontsize=FONT, color=colours.ink2)
    describe(made, _("What is taken for what"), f"{said} {_table(found)}")
    return made


def _confusion(source: Result | Confusion) -> Confusion:
    from kit.measure.confusion import Confusion

    if isinstance(source, Confusion):
        return source
    return Confusion.from_dict(fact(source, "confusion", allowed=_("a result whose answers are labels")))


def _layout(found: Confusion, width: float) -> _Layout:
    """Give the names what they need, the columns beside the matrix what is left, the cells the rest."""
    n = len(found.labels)
    both = width >= 420
    beside = _NUMBER * (2 if both else 1) + 8
    widest = max(text_width(name) for name in found.labels)
    numbers = text_width("00 ")
    cell = min((width - beside - widest - 16) / n, _WIDEST)
    named = all(text_width(name) <= cell - 4 for name in found.labels)
    if named:
        return _Layout(list(found.labels), list(found.labels), widest + 16, cell, both)
    left = min(widest + numbers, max(width * 0.36, width - beside - 24 * n)) + 10
    letters = int((left - numbers - 10) / text_width("x"))
    names = [
        f"{name if len(name) <= letters else name[: letters - 1] + '…'}  {i + 1}" for i, name in enumerate(found.labels)
    ]
    cell = min((width - beside - left) / n, _WIDEST)
    return _Layout(names, [str(i + 1) for i in range(n)], left, cell, both)


def _cells(plot: Axes, found: Confusion, cell: float, colours: Inks) -> None:
    from matplotlib.patches import Rectangle

    for i, row in enumerate(found.matrix):
        total = sum(row)
        for j, rows in enumerate(row):
            tint = _FAINTEST + (_STRONGEST - _FAINTEST) * rows / total if rows else 0.0
            colour = colours.s1 if i == j else colours.s2
            plot.add_patch(Rectangle((j + 0.04, i + 0.06), 0.92, 0.88, facecolor=colour, alpha=tint, linewidth=0))
            if i == j:
                frame = Rectangle((j + 0.04, i + 0.06), 0.92, 0.88, fill=False, edgecolor=colours.line, linewidth=1)
                plot.add_patch(frame)
            text = count(rows)
            if rows and text_width(text) + 2 <= cell:
                plot.annotate(
                    text, (j + 0.5, i + 0.5), ha="center", va="center_baseline", fontsize=FONT, color=colours.ink
                )


def _names(plot: Axes, room: _Layout, colours: Inks) -> None:
    for i, name in enumerate(room.names):
        _beside(plot, name, (0, i + 0.5), (-8, 0), "right", colours.ink)
    every = 1 if max(map(text_width, room.heads)) <= room.cell else 5
    for j, head in enumerate(room.heads):
        if not (j + 1) % every:
            _beside(plot, head, (j + 0.5, 0), (0, 9), "center", colours.ink2)
    title = _("right label ↓   answer →")
    fits = text_width(title) <= room.left - 8
    plot.annotate(
        title,
        (0, 1),
        (-8 if fits else 6 - room.left, 9 + _LINE),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right" if fits else "left",
        fontsize=FONT,
        color=colours.ink2,
        annotation_clip=False,
    )


def _scores(plot: Axes, found: Confusion, room: _Layout, colours: Inks) -> None:
    """Write precision and recall of each label as two columns of numbers."""
    n = len(found.labels)
    columns = [(_("precision"), "precision"), (_("recall"), "recall")] if room.both else [(_("recall"), "recall")]
    for place, (title, name) in enumerate(columns):
        right = _NUMBER * (place + 1) + 2
        _beside(plot, title, (n, 0), (right, 9), "right", colours.ink2)
        for i, scores in enumerate(found.scores()):
            told: Share = getattr(scores, name)
            text = "–" if told.value is None else share(told.value)
            _beside(plot, text, (n, i + 0.5), (right, 0), "right", colours.ink)


def _beside(plot: Axes, text: str, at: tuple[float, float], shift: tuple[float, float], side: str, colour: str) -> None:
    plot.annotate(
        literal(text),
        at,
        shift,
        textcoords="offset points",
        ha=side,
        va="center_baseline",
        fontsize=FONT,
        color=colour,
        annotation_clip=False,
    )


def _said(found: Confusion) -> str:
    right = sum(found.matrix[i][i] for i in range(len(found.labels)))
    text = _("{right} of {rows} rows are right.").format(right=count(right), rows=count(found.rows))
    wrong = [
        _("'{gold}' as '{answer}' ({rows})").format(gold=gold, answer=answer, rows=count(rows))
        for gold, answer, rows in found.most_confused()
    ]
    return text + (_(" Most often mistaken: {what}.").format(what=", ".join(wrong)) if wrong else "")


def _table(found: Confusion) -> str:
    text = _("{label}: {rows} rows, precision {precision}, recall {recall}")
    return "; ".join(
        text.format(label=s.label, rows=count(s.rows), precision=_shown(s.precision), recall=_shown(s.recall))
        for s in found.scores()
    )


def _shown(told: Share) -> str:
    if told.value is None or told.low is None or told.high is None:
        return _("unknown")
    return _("{value} ({low} to {high})").format(value=share(told.value), low=share(told.low), high=share(told.high))
