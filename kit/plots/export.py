"""A comparison as a file: a picture, a table, or a page that says where it all came from."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kit.errors import ParameterError
from kit.i18n import _
from kit.plots.accuracy import beside_height, draw_beside
from kit.plots.card import card_html
from kit.plots.comma import comparison_csv
from kit.plots.limits import Limits, check_limits
from kit.plots.reading import rows_of
from kit.plots.style import figure, inks
from kit.plots.trade import draw_tradeoff
from kit.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("png", "svg", "csv", "html")
_TRADE = 260.0  # pixels of height
_GAP = 22.0
_MARGIN = 14.0
_DOTS = 2.5 * 72  # a PNG has this many dots to each 72 pixels of the page


def export_comparison(
    results: Result | Sequence[Result],
    path: str | Path,
    *,
    quality: str = "acc",
    latency_name: str | None = None,
    limits: Limits | None = None,
    width: float = 720,
    dark: bool = False,
) -> Path:
    """Write a comparison to a file and return its path; the ending says what it becomes.

    Parameters
    ----------
    results : Result or sequence of Result
        A sweep's result, what `kit.beside` returned, or measured variants.
    path : str or Path
        Ends in ``.png`` or ``.svg`` (both figures), ``.csv`` (every number) or ``.html`` (the run card).
    quality, latency_name : str, optional
        What is drawn, as in `tradeoff`.
    limits : mapping of str to float, optional
        As `within` takes them.
    width : float, default 720, pixels
        Of a picture.
    dark : bool, default False
        A picture on a dark ground.

    Raises
    ------
    ParameterError
        The ending is another one.
    OSError
        Nothing can be written there.
    """
    place = Path(path)
    kind = place.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise ParameterError(
            "path", str(path), allowed=_("a name that ends in ") + ", ".join(f".{each}" for each in KINDS)
        )
    content = comparison_bytes(
        results, kind, quality=quality, latency_name=latency_name, limits=limits, width=width, dark=dark
    )
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


def comparison_bytes(
    results: Result | Sequence[Result],
    kind: str,
    *,
    quality: str = "acc",
    latency_name: str | None = None,
    limits: Limits | None = None,
    width: float = 720,
    dark: bool = False,
) -> bytes:
    """Return what `export_comparison` writes; `kind` is one of "png", "svg", "csv", "html"."""
    rows, known = rows_of(results), dict(limits or {})
    check_limits(known)
    if kind == "csv":
        return comparison_csv(rows, known).encode()
    if kind == "html":
        return card_html(results, quality=quality, latency_name=latency_name, limits=known).encode()
    return _picture(both(rows, quality, latency_name, known, width, dark=dark), kind, dark=dark)


def both(
    rows: Sequence[Result], quality: str, latency_name: str | None, limits: Limits, width: float, *, dark: bool = False
) -> Figure:
    """Return one figure: the trade-off, and below it quality and latency beside each other."""
    below = beside_height(rows, width, quality)
    made = figure(width, _MARGIN + _TRADE + _GAP + below)
    colours = inks(dark)
    draw_tradeoff(made, rows, (_MARGIN, below + _GAP), latency_name, quality, limits, colours)
    draw_beside(made, rows, _MARGIN + _TRADE + _GAP, latency_name, quality, colours)
    return made


def _picture(made: Figure, kind: str, *, dark: bool) -> bytes:
    import matplotlib

    stream = io.BytesIO()
    ground = "#16191e" if dark else "#ffffff"
    meta = {"Title": _("Comparison"), **({"Date": None} if kind == "svg" else {})}
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "tunebook"}):
        made.savefig(stream, format=kind, dpi=_DOTS, facecolor=ground, metadata=meta)
    return stream.getvalue()
