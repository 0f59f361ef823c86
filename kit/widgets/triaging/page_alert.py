"""The open alert: what is proposed and the buttons that decide, why, and the neighbourhood."""

from __future__ import annotations

from typing import Any

import htpy as h

from kit.i18n import _
from kit.verticals.finance.explain import lead
from kit.widgets import parts
from kit.widgets.triaging.desk import TriageDesk
from kit.widgets.triaging.page_queue import TONES, headline
from kit.widgets.triaging.picture import picture
from kit.widgets.triaging.shelf import Alert
from kit.widgets.triaging.telling import told


def open_alert(desk: TriageDesk) -> h.Element:
    """Return the right part of the panel."""
    alert = desk.alert
    if alert is None:
        return h.div(".tb-open.tb-empty", data_key="open")[h.p(".tb-mute")[_("Choose an alert of the list.")]]
    return h.div(".tb-open", data_key=f"open-{alert['key']}", role="region", aria_label=_("The open alert"))[
        h.div[
            h.h3(".tb-heading")[headline(alert)],
            h.div(".tb-tiny")[
                " · ".join(word for word in (alert["id"], alert.get("when", ""), _points(alert)) if word)
            ],
        ],
        _facts(alert),
        _decide(desk, alert),
        _why(desk, alert),
        _neighbourhood(desk, alert),
    ]


def _points(alert: Alert) -> str:
    """Return what the monitoring gave the transfer, where it did."""
    n = alert.get("points")
    return "" if n is None else _("monitoring gave it {n} points").format(n=n)


def _facts(alert: Alert) -> h.Node:
    said = alert.get("said")
    if not said:
        return h.p[alert["text"]]
    rest = [sentence.rstrip(".") for sentence in said[1:]]
    if not rest:
        return h.p(".tb-small.tb-mute")[_("Nothing else is out of the ordinary.")]
    return h.ul(".tb-signs", aria_label=_("What is known"))[(h.li[text] for text in rest)]


def _decide(desk: TriageDesk, alert: Alert) -> h.Element:
    """Return the proposal with its probabilities, and what can be decided; the room stays when it is decided."""
    proposed, decision = alert["proposed"], desk.decision(alert)
    share = alert["shares"].get(proposed)
    said = h.p[
        _("Proposed: "),
        h.b(data_tone=TONES.get(proposed) or None)[lead(proposed)],
        h.span(".tb-small.tb-mute")[_(" with probability {p}").format(p=f"{share:.2f}")] if share is not None else None,
    ]
    if decision is not None:
        return h.div(".tb-decide", data_key="decide")[said, _shares(alert, desk.shelf.labels), _decided(desk, alert)]
    accept = parts.button(_("Accept"), "accept", main=True, key="accept")
    others = [
        parts.button(lead(label), "override", value=label, key=f"override-{label}")
        for label in desk.shelf.labels
        if label != proposed
    ]
    group = h.div(".tb-row", role="group", aria_label=_("Decide"), data_key="deciding")[
        accept, h.span(".tb-small.tb-mute")[_("or override:")], others
    ]
    return h.div(".tb-decide", data_key="decide")[said, _shares(alert, desk.shelf.labels), group]


def _shares(alert: Alert, labels: list[str]) -> h.Node:
    if not alert["shares"]:
        return None
    return h.div(".tb-shares")[
        (
            h.div(".tb-share")[
                h.span(".tb-tiny")[label],
                parts.bar(share, TONES.get(label, ""), f"{label}: {share:.2f}"),
                h.span(".tb-tiny")[f"{share:.2f}"],
            ]
            for label, share in ((label, alert["shares"].get(label, 0.0)) for label in labels)
        )
    ]


def _decided(desk: TriageDesk, alert: Alert) -> h.Element:
    decision = desk.decision(alert)
    assert decision is not None
    word = lead(decision.decision)
    text = _("Accepted: {word}.") if decision.accepted else _("Overridden: {word}.")
    by = "" if decision.by == desk.me else _(" Decided on another page.")
    following = parts.button(_("Next alert"), "following", key="following", main=True) if desk.following() else None
    undo = h.button(".tb-link", type="button", data_action="retract", value=alert["key"], data_key="retract")[_("Undo")]
    return h.div(".tb-row", role="status", data_key="deciding")[
        h.span[h.span(data_tone="ok", aria_hidden="true")["✓ "], h.b[text.format(word=word)], by], following, undo
    ]


def _why(desk: TriageDesk, alert: Alert) -> h.Node:
    why = alert.get("why")
    if not why:
        return None
    fired = [desk.shelf.rules[name] for name in alert["fired"] if name in desk.shelf.rules]
    return h.div(".tb-section", data_key="why")[
        h.h3(".tb-heading")[_("Why")], _written(alert), _rules(fired) if fired else h.p[_("No rule fired.")]
    ]


def _written(alert: Alert) -> h.Node:
    """Return the explanation by template and, where it may stand, the model's sentence; and which of them is which."""
    written = alert.get("written")
    note = _("By template, from the facts.")
    if written and written["refused"]:
        note += " " + _("The model's own sentence was refused: {reason}.").format(reason=written["refused"])
    found = [h.p[alert["why"]], h.p(".tb-tiny")[note]]
    if written and not written["refused"]:
        note = _("Written by the tuned model; every number in it was found in the facts.")
        found += [h.p[written["text"]], h.p(".tb-tiny")[note]]
    return found


def _rules(fired: list[dict[str, Any]]) -> h.Element:
    heads = (_("Rule"), _("Fires where"), _("Right on later days"))
    return h.table(".tb-fired", aria_label=_("Rules that fired"))[
        h.thead[h.tr[(h.th(scope="col", data_left=place < 2)[head] for place, head in enumerate(heads))]],
        h.tbody[(_rule(rule) for rule in fired)],
    ]


def _rule(rule: dict[str, Any]) -> h.Element:
    share = rule["precision"]
    right = _("{right} of {n} ({low}–{high})").format(
        right=share["right"], n=share["n"], low=f"{share['low']:.0%}", high=f"{share['high']:.0%}"
    )
    return h.tr[
        h.th(scope="row")[rule["name"]],
        h.td(data_words=True, data_label=_("Fires where"))[rule["words"]],
        h.td(data_label=_("Right on later days"))[right],
    ]


def _neighbourhood(desk: TriageDesk, alert: Alert) -> h.Node:
    around = alert.get("around")
    if not around:
        if desk.shelf.about.get("transfers"):
            return None
        return h.p(".tb-small.tb-mute")[_("These rows are no transfers, so there is no neighbourhood to draw.")]
    sentences = told(around)
    return h.div(".tb-section", data_key="around")[
        h.h3(".tb-heading")[_("Neighbourhood before this payment")],
        picture(around, desk.width, " ".join(sentences)),
        h.details[h.summary[_("in words")], h.ul(".tb-signs")[(h.li[sentence] for sentence in sentences)]],
    ]
