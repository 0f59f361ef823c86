"""The alerts as HTML: the queue at the left, the open alert at the right."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.plots.words import count
from kit.widgets import parts
from kit.widgets.triaging.desk import TriageDesk
from kit.widgets.triaging.page_alert import open_alert
from kit.widgets.triaging.page_queue import queue


def triage_page(desk: TriageDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    alerts = desk.shelf.alerts
    if not alerts:
        return parts.card(desk.title, body=_empty(), problem=desk.problem)
    decided = desk.shelf.standing()
    overridden = sum(not each.accepted for each in decided.values())
    words = _("{n} decided, {m} overridden").format(n=count(len(decided)), m=count(overridden))
    return parts.card(
        desk.title,
        chips=[parts.chip(_by(desk)), parts.chip(words, "ok" if decided else "")],
        action=_take_away(desk, len(decided)),
        code=desk.code(),
        problem=desk.problem,
        spoken=words,
        body=[_quick(desk), h.div(".tb-triage")[queue(desk), open_alert(desk)]],
    )


def _empty() -> h.Element:
    return h.div(".tb-empty", data_key="empty")[
        h.p(".tb-mute")[
            _("No alerts yet: they come once the owner has run this notebook, and each can then be decided here.")
        ]
    ]


def _by(desk: TriageDesk) -> str:
    """Return who proposes, and how often that was right."""
    about, reached = desk.shelf.about, desk.shelf.about.get("measured")
    who = {
        "tuned": _("proposed by {model}, tuned").format(model=about.get("model")),
        "baseline": _("proposed by {model}").format(model=about.get("model")),
    }.get(str(about.get("by")), _("proposed by the rules; no model is tuned yet"))
    if not reached:
        return who
    return who + _(" · {value} right ({low}–{high})").format(
        value=f"{reached['value']:.0%}", low=f"{reached['low']:.0%}", high=f"{reached['high']:.0%}"
    )


def _quick(desk: TriageDesk) -> h.Node:
    if not desk.shelf.about.get("quick") or desk.shelf.about.get("by") != "tuned":
        return None
    return h.p(".tb-small.tb-mute")[
        _("A quick look: a few rows and steps, so proposals are hardly better than chance.")
    ]


def _take_away(desk: TriageDesk, decided: int) -> h.Element:
    why = "" if decided else _("Nothing is decided yet.")
    return parts.button(_("Export decisions"), "take_away", key="take-away", why=why)
