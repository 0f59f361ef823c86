"""The run card: one page that says what was measured, on which machine, how it came out and how to do it again."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

import htpy as h
from markupsafe import Markup

from kit.errors import ParameterError
from kit.i18n import _
from kit.jobs import Run
from kit.plots.beside import measured
from kit.plots.card_facts import answer_to, data_facts, machine_facts, reproduction, subject, together
from kit.plots.card_table import numbers_table, others_table
from kit.plots.limits import Limits, limit_words, limits_sentence
from kit.plots.reading import accuracy, common_latency, rows_of
from kit.plots.svg import svg
from kit.plots.trade import tradeoff
from kit.result import Result
from kit.version import version

_CSS = Path(__file__).with_name("card.css")
_DRAWN_FROM = 2  # variants: one alone is no trade-off
_SHOWN = 12  # variants: more would not fit one page
_DENSE_FROM = 6  # variants: more are set smaller on paper


def card(
    source: Run | Result | Sequence[Result],
    path: str | Path,
    *,
    quality: str = "acc",
    latency_name: str | None = None,
    limits: Limits | None = None,
) -> Path:
    """Write the run card of a run or a result to an HTML file and return its path.

    The page needs nothing beside itself: no script, no font, no net. It is light or dark as its reader's screen is, and
    prints on one page of A4.

    Parameters
    ----------
    source : Run, Result or sequence of Result
        A sweep, an evaluation or a tuning, what `kit.beside` returned, or measured variants.
    path : str or Path
        The file, overwritten where there is one.
    quality, latency_name : str, optional
        What is drawn, as in `tradeoff`.
    limits : mapping of str to float, optional
        As `within` takes them; the card says who meets them.

    Raises
    ------
    ParameterError
        `source` is none of these, or `path` does not end in ``.html``.
    RunFailedError
        The run has no result.
    """
    place = Path(path)
    if place.suffix.lower() not in (".html", ".htm"):
        raise ParameterError("path", str(path), allowed=_("a name that ends in .html"))
    page = card_html(source, quality=quality, latency_name=latency_name, limits=limits)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(page, encoding="utf-8")
    return place


def card_html(
    source: Run | Result | Sequence[Result],
    *,
    quality: str = "acc",
    latency_name: str | None = None,
    limits: Limits | None = None,
) -> str:
    """Return the run card as HTML (parameters as in `card`)."""
    whole = _whole(source)
    rows = rows_of(whole) or ([whole] if whole.metrics or whole.measurements else [])
    if not rows:
        raise ParameterError("source", source, allowed=_("a run or result with at least one finished measurement"))
    title = subject(whole, rows)
    page = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(name="viewport", content="width=device-width, initial-scale=1"),
            h.title[_("Run card: {title}").format(title=title)],
            h.style[Markup(_CSS.read_text(encoding="utf-8"))],
        ],
        h.body(class_="dense" if len(rows) > _DENSE_FROM else None)[
            _body(whole, rows, title, quality, latency_name, limits or {})
        ],
    ]
    return f"{page}\n"


def _whole(source: Run | Result | Sequence[Result]) -> Result:
    """Return what the card is of as one result, whose spec tells how to do it again."""
    if isinstance(source, Run):
        result = source.result
        return dataclasses.replace(result, parts=tuple(measured(source))) if result.parts else result
    if isinstance(source, Result):
        return source
    if isinstance(source, Sequence) and source and all(isinstance(row, Result) for row in source):
        return together(source)
    raise ParameterError("source", source, allowed=_("a run, a result or a list of results"))


def _body(
    whole: Result, rows: list[Result], title: str, quality: str, latency_name: str | None, limits: Limits
) -> h.Node:
    met = limits_sentence(rows, limits)
    words = ", ".join(limit_words(name, value) for name, value in limits.items())
    shown = rows[:_SHOWN]
    return [
        h.p(".small")[_("Tunebook run card")],
        h.h1[title],
        h.p(".lead.mute")[answer_to(whole, rows)],
        h.p(".said")[met, h.span(".mute")[f" ({words})"]] if met else None,
        h.h2[_("What came out")],
        h.div(".scroll")[numbers_table(shown, limits) if _measured(rows) else others_table(whole)],
        _left_out(len(rows) - len(shown)),
        _figure(shown, quality, latency_name, limits),
        h.div(".two")[
            h.section[h.h2[_("On which rows and model")], _list(data_facts(whole, rows))],
            h.section[h.h2[_("On which machine, with which versions")], _list(machine_facts(whole, rows))],
        ],
        h.h2[_("How to do it again")],
        h.pre[reproduction(whole, rows)],
        h.p(".foot")[
            _("± is half of a 95% interval; times are medians. Made with Tunebook {version} on {date}.").format(
                version=version(), date=time.strftime("%Y-%m-%d")
            )
        ],
    ]


def _measured(rows: Sequence[Result]) -> bool:
    """Is there a variant that was evaluated, not only tuned?"""
    return any(row.facts.get("method") or "variant" in row.spec for row in rows)


def _left_out(n: int) -> h.Node:
    return h.p(".small")[_("and {n} more variants, left out to keep to one page").format(n=n)] if n > 0 else None


def _figure(rows: Sequence[Result], quality: str, latency_name: str | None, limits: Limits) -> h.Node:
    if len(rows) < _DRAWN_FROM:
        return None
    if quality == "acc" and (accuracy(rows[0]) is None or not (latency_name or common_latency(rows))):
        return None
    drawn = tradeoff(rows, width=720, height=235, quality=quality, latency_name=latency_name, limits=limits)
    return h.figure[Markup(svg(drawn))]


def _list(pairs: Sequence[tuple[str, str]]) -> h.Node:
    return h.dl[((h.dt[name], h.dd[value]) for name, value in pairs if value)]
