"""The pieces that every panel is made of, as HTML. Pure: the same values give the same text, and everything that is
not markup of ours is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import htpy as h
from markupsafe import Markup

from kit.i18n import _
from kit.jobs.allowed import read_only, refusal
from kit.widgets.copying import code_block, log_block
from kit.widgets.desk import Problem

Tone = Literal["", "run", "ok", "warn", "bad"]
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\sa-z])")  # a full stop inside a name or a number ends nothing

_OWNERS = {"start", "resume", "now", "stop", "delete", "undo", "next", "get", "clean", "recheck"}  # not visitors'


def chip(text: str, tone: Tone = "") -> h.Element:
    """Return a state in a pill."""
    return h.span(".tb-chip", data_tone=tone or None)[text]


def button(text: str, action: str, *, value: str = "", main: bool = False, why: str = "", key: str = "") -> h.Element:
    """Return a button; with `why` it cannot be pressed, and that is the reason."""
    if read_only() and action in _OWNERS and key != "stop-answer":
        why = refusal().problem
    return h.button(
        ".tb-button",
        type="button",
        data_action=action,
        data_key=key or None,
        data_main=main and not why,
        value=value or None,
        aria_disabled="true" if why else None,
        title=why or None,
    )[text]


def finder(name: str, value: str, action: str, *, words: str, label: str) -> h.VoidElement:
    """Return a field that narrows a list while somebody types; `words` stand in it while it is empty."""
    return h.input(
        ".tb-find",
        type="text",
        name=name,
        value=value,
        placeholder=words,
        aria_label=label,
        data_change=action,
        data_typed=action,
        autocomplete="off",
        spellcheck="false",
    )


def progress(share: float | None, *, on: bool, label: str) -> h.Element | None:
    """Return the thin line under the header: `share` from 0 to 1, or moving where that is unknown."""
    if not on:
        return None
    percent = None if share is None else round(share * 100, 1)
    return h.div(
        ".tb-progress",
        role="progressbar",
        aria_label=label,
        aria_valuemin="0",
        aria_valuemax="100",
        aria_valuenow=None if percent is None else f"{percent:g}",
        data_open=share is None,
    )[h.i(style=None if percent is None else f"width: {percent}%")]


def bar(share: float, tone: Tone = "", label: str = "") -> h.Element:
    """Return a small bar filled to `share`, from 0 to 1."""
    width = f"width: {min(max(share, 0.0), 1.0) * 100:.0f}%"
    return h.span(".tb-bar", data_tone=tone or None, role="img", aria_label=label)[h.i(style=width)]


def tiles(pairs: Sequence[tuple[str, str, str]]) -> h.Element:
    """Return numbers with their names above; each is (name, value, small print)."""
    return h.div(".tb-tiles")[
        (
            h.div(".tb-tile")[h.div(".tb-tiny")[name], h.div(".tb-value")[value, h.small[note] if note else None]]
            for name, value, note in pairs
        )
    ]


def alert(problem: Problem, *, dismiss: bool = True, act: h.Node = None) -> h.Element:
    """Return what went wrong, with the next step and, as `act`, a button that takes it."""
    first, rest = sentences(problem.message)
    part = "problem" if dismiss else "trouble"
    return h.div(".tb-alert", role="alert")[
        h.div[
            h.p[h.b[first], h.span(".tb-mute")[f" {rest}"] if rest else None],
            h.p[problem.fix] if problem.fix else None,
            h.details[h.summary[_("details")], log_block(problem.detail, part)] if problem.detail else None,
        ],
        act,
        h.button(".tb-link", type="button", data_action="dismiss")[_("Dismiss")] if dismiss else None,
    ]


def instead(usual: h.Node, other: h.Node) -> h.Element:
    """Return `other`, where there is something, in the place of `usual`, which keeps its room: nothing moves."""
    return h.div(".tb-instead")[h.div(data_unseen=bool(other))[usual], h.div[other] if other else None]


def sentences(text: str) -> tuple[str, str]:
    """Return the first sentence of a cause, and the rest of it, such as the last lines of a log."""
    first, *rest = _SENTENCE.split(text.strip(), maxsplit=1)
    return first, "".join(rest)


def why(text: str, *more: str, word: str = "") -> h.Element:
    """Return a word that opens the reason in place."""
    return h.details[h.summary[word or _("why")], h.p(".tb-why.tb-small.tb-mute")[" ".join((text, *more)).strip()]]


def plot(svg: str) -> h.Element:
    """Return a figure; `svg` comes from `kit.plots.svg`, which escapes what it draws."""
    return h.figure[Markup(svg)]


def card(
    title: str,
    *,
    body: h.Node,
    chips: Sequence[h.Node] = (),
    action: h.Node = None,
    reason: str = "",
    code: str = "",
    line: h.Node = None,
    problem: Problem | None = None,
    spoken: str = "",
) -> h.Element:
    """Return a whole panel.

    Parameters
    ----------
    title : str
        What the panel is for.
    body : node
        Its content.
    chips : sequence of node
        States beside the title.
    action : node, optional
        The buttons at the right: the one that is next, and what else can be done instead.
    reason : str, default ""
        Why that button cannot be pressed.
    code : str, default ""
        What "Show code" shows.
    line : node, optional
        The progress line.
    problem : Problem, optional
        What went wrong last.
    spoken : str, default ""
        What a screen reader says when it changes.
    """
    return h.section(".tb-card", aria_label=title)[
        h.div(".tb-head")[
            h.h3(".tb-title")[title],
            h.span(".tb-chips")[chips] if chips else None,
            h.span(".tb-space"),
            h.span(".tb-small.tb-mute.tb-reason")[reason] if reason else None,
            h.span(".tb-tools")[_code_button() if code else None, action] if code or action else None,
            line,
        ],
        h.p(".tb-late", data_when="busy")[
            _("The kernel has not answered yet: it is busy with a cell. What you did comes next.")
        ],
        h.p(".tb-late", data_when="lost")[
            _("The kernel has not answered for a while. If it was restarted, run this cell again: runs go on.")
        ],
        h.p(".tb-late", data_when="gone")[_("There is no kernel: run the cell again to go on. Runs are not lost.")],
        _code(code) if code else None,
        h.div(".tb-body")[alert(problem) if problem else None, body],
        h.p(".tb-hush", role="status")[spoken],
    ]


def _code_button() -> h.Element:
    names = [h.span[_("Show code")], h.span[_("Hide code")]]  # the sheet shows one of them
    return h.button(".tb-link", type="button", data_toggle="code", aria_expanded="false")[names]


def _code(code: str) -> h.Element:
    return h.div(".tb-code", data_fold=True, hidden=True)[code_block(code, "code")]
