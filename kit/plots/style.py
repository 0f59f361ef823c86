"""How every figure looks: one palette, no frame, dotted grid only where values are read off.

Figures are measured in CSS pixels, one to one: a figure made 560 wide fills 560 pixels of a page, so its text has the
size of the text around it. Colours are named by what they mean; `svg` turns them into the page's own variables.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING
from unicodedata import east_asian_width
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FONT = 11.0
_DOTS = 72  # matplotlib's SVG has 72 units an inch: with pixels as units nothing is scaled


@dataclass(frozen=True)
class Inks:
    """The colours of one theme, each at least 4.5 to 1 against its ground where it carries text."""

    ink: str
    ink2: str
    line: str
    s1: str
    s2: str
    s3: str
    s4: str
    s5: str
    ok: str

    def series(self, place: int) -> str:
        """Return the colour of the series at `place`: blue, orange, teal, violet, grey, then from the start again."""
        colours = (self.s1, self.s2, self.s3, self.s4, self.s5)
        return colours[place % len(colours)]


LIGHT = Inks("#1f2328", "#59636e", "#dfe3e8", "#0b6bcb", "#c4620a", "#1a8073", "#8250df", "#6e7781", "#1a7f37")
DARK = Inks("#e6e9ed", "#a2acb8", "#3a424c", "#58a6ff", "#f0883e", "#4cc2b0", "#bc8cff", "#9aa4ae", "#3fb950")
MARKERS = ("o", "s", "D", "^", "v")


def marker(place: int) -> str:
    """Return the marker of the series at `place`; it changes where the colours start again."""
    return MARKERS[(place // 5) % len(MARKERS)]


@dataclass(frozen=True)
class Words:
    """What a figure says to who cannot see it, and what its marks say when pointed at (by their gid)."""

    title: str
    text: str
    marks: dict[str, str]


_said: WeakKeyDictionary[Figure, Words] = WeakKeyDictionary()


def describe(figure: Figure, title: str, text: str, marks: dict[str, str] | None = None) -> None:
    """Give `figure` its text alternative."""
    _said[figure] = Words(title, text, marks or {})


def description(figure: Figure) -> Words:
    """Return what `describe` gave, or empty words."""
    return _said.get(figure, Words("", "", {}))


def inks(dark: bool) -> Inks:
    """Return the colours of the dark or the light theme."""
    return DARK if dark else LIGHT


def roles() -> dict[str, str]:
    """Return the name of each colour's role by its value, over both themes."""
    return {getattr(theme, f.name): f.name for theme in (LIGHT, DARK) for f in fields(Inks)}


def figure(width: float, height: float) -> Figure:
    """Make an empty figure of `width` by `height` pixels with a transparent ground."""
    from kit.plots.shown import ShownFigure  # loads matplotlib

    made = ShownFigure(figsize=(width / _DOTS, height / _DOTS), dpi=_DOTS)
    made.patch.set_alpha(0)
    return made


def axes(figure: Figure, box: tuple[float, float, float, float], colours: Inks) -> Axes:
    """Add calm axes to `figure`.

    Parameters
    ----------
    figure : Figure
        From `figure`.
    box : tuple of float
        Left, top, right, bottom: pixels from the figure's edges.
    colours : Inks
        The theme.
    """
    left, top, right, bottom = box
    width, height = figure.get_size_inches() * _DOTS
    made = figure.add_axes(
        (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    )
    made.patch.set_alpha(0)
    for side in ("top", "right", "left"):
        made.spines[side].set_visible(False)
    made.spines["bottom"].set_color(colours.line)
    made.tick_params(length=0, pad=6, labelsize=FONT, labelcolor=colours.ink2)
    made.set_axisbelow(True)
    return made


def grid(made: Axes, colours: Inks, *, axis: str = "y") -> None:
    """Draw the dotted lines along which the values of `axis` are read off."""
    made.grid(True, axis=axis, color=colours.line, linewidth=1, dashes=(1, 3))  # type: ignore[arg-type]


def heading(made: Axes, text: str, colours: Inks, *, above: float = 8) -> None:
    """Write the title of an axis, horizontally, above the left end of `made`."""
    made.annotate(
        text,
        (0, 1),
        (0, above),
        xycoords="axes fraction",
        textcoords="offset points",
        color=colours.ink2,
        fontsize=FONT,
    )


def literal(text: str) -> str:
    """Return `text` so that matplotlib does not take its dollar signs for mathematics."""
    return text.replace("$", r"\$")


def text_width(text: str, font: float = FONT) -> float:
    """Return about how wide `text` is, in pixels, on the wide side for the fonts that pages use."""
    return font * sum(1.0 if east_asian_width(letter) in "WF" else 0.6 for letter in text)


def wrapped(text: str, width: float) -> list[str]:
    """Return `text` in lines of about `width` pixels; a line may be a little shorter, none is longer."""
    return textwrap.wrap(text, max(int(width / (0.54 * FONT)), 20), break_on_hyphens=False)
