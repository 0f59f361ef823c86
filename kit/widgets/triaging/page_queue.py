"""The queue: which alerts are listed, in which order, and what is proposed for each."""

from __future__ import annotations

import htpy as h

from kit.i18n import N_, _
from kit.plots.words import count
from kit.widgets import parts
from kit.widgets.parts import Tone
from kit.widgets.triaging.desk import PAGE, TriageDesk
from kit.widgets.triaging.shelf import Alert

_SHOWS = {"open": N_("to decide"), "decided": N_("decided"), "all": N_("all")}
TONES: dict[str, Tone] = {"escalate": "bad", "request": "warn", "release": "ok"}


def queue(desk: TriageDesk) -> h.Element:
    """Return the left part of the panel."""
    found = desk.found()
    shown = found[: desk.limit]
    return h.div(".tb-queue", data_key="queue")[
        _filters(desk),
        _threshold(desk),
        _table(desk, shown) if shown else _none(desk),
        _foot(desk, len(shown), len(found)),
    ]


def _filters(desk: TriageDesk) -> h.Element:
    decided = len(desk.shelf.standing())
    counts = {"open": len(desk.shelf.alerts) - decided, "decided": decided, "all": len(desk.shelf.alerts)}
    shows = {name: f"{_(word)} ({count(counts[name])})" for name, word in _SHOWS.items()}
    labels = {"": _("anything"), **{label: label for label in desk.shelf.labels}}
    return h.div(".tb-row", data_key="filters")[
        _select("show", _("Show"), shows, desk.show),
        _select("label", _("Proposed"), labels, desk.label),
        _select("sort", _("Order"), _orders(desk), desk.sort),
        parts.finder(
            "text",
            desk.text,
            "filter",
            words=_("Search: device, circle, R2") if desk.shelf.about.get("transfers") else _("Search"),
            label=_("Search alerts"),
        ),
    ]


def _orders(desk: TriageDesk) -> dict[str, str]:
    """Return by what the queue can be ordered; only payments have a time and an amount."""
    names = {"score": _score_name(desk).lower(), "proposed": _("proposal")}
    of_payments = {"when": _("time"), "amount": _("amount")} if desk.shelf.about.get("transfers") else {}
    return names | of_payments


def _select(name: str, label: str, options: dict[str, str], chosen: str) -> h.Element:
    shown = [h.option(value=value, selected=value == chosen)[word] for value, word in options.items()]
    field = h.select(name=name, data_change="filter", data_value=chosen)[shown]
    return h.label(".tb-check.tb-small.tb-mute")[label, field]


def _threshold(desk: TriageDesk) -> h.Node:
    """Return from which score on looking pays, where that is known."""
    threshold = desk.shelf.about.get("threshold")
    if threshold is None:
        return None
    n = sum(alert["score"] >= threshold for alert in desk.shelf.alerts.values())
    text = _("From a score of {t} on, looking costs less than letting go: {n} of {all} alerts.")
    return h.p(".tb-small.tb-mute")[text.format(t=f"{threshold:.2f}", n=count(n), all=count(len(desk.shelf.alerts)))]


def _none(desk: TriageDesk) -> h.Element:
    everything = h.button(".tb-link", type="button", data_action="everything")[_("Show all")]
    said = _("Everything is decided. ") if desk.show == "open" and not desk.text else _("No alert answers to this. ")
    return h.div(".tb-empty", data_key="none")[h.p(".tb-mute")[said, everything]]


def _table(desk: TriageDesk, shown: list[Alert]) -> h.Element:
    keys = [alert["key"] for alert in shown]
    first = desk.chosen if desk.chosen in keys else keys[0]
    heads = [_title(desk, "when" if desk.shelf.about.get("transfers") else "", _("Alert"))]
    heads += [_title(desk, "proposed", _("Proposed")), _title(desk, "score", _score_name(desk))]
    return h.table(".tb-alerts", role="grid", aria_label=_("Alerts"), data_key="alerts")[
        h.thead(role="rowgroup")[h.tr(role="row")[heads]],
        h.tbody(role="rowgroup")[(_row(desk, alert, first=alert["key"] == first) for alert in shown)],
    ]


def _score_name(desk: TriageDesk) -> str:
    return _("Score") if desk.shelf.about.get("transfers") else _("Unsure")


def _title(desk: TriageDesk, name: str, words: str) -> h.Element:
    if not name:
        return h.th(scope="col", role="columnheader")[words]
    chosen = name == desk.sort
    arrow = h.span(aria_hidden="true")[" ▾" if desk.down else " ▴"] if chosen else None
    order = ("descending" if desk.down else "ascending") if chosen else None
    return h.th(scope="col", role="columnheader", aria_sort=order, data_left=name == "proposed")[
        h.button(".tb-link.tb-sort", type="button", data_action="sort", value=name, data_key=f"sort-{name}")[
            words, arrow
        ],
        h.span(".tb-hush.tb-narrow")[words],  # where there is no room for buttons, a list orders the queue
    ]


def _row(desk: TriageDesk, alert: Alert, *, first: bool) -> h.Element:
    chosen = alert["key"] == desk.chosen
    return h.tr(
        role="row",
        tabindex="0" if first else "-1",
        data_row=True,
        data_key=f"alert-{alert['key']}",
        data_chosen=chosen,
        aria_selected="true" if chosen else "false",
    )[
        h.th(scope="row", role="rowheader")[
            h.button(".tb-link.tb-alert-name", type="button", data_action="use", value=alert["key"], tabindex="-1")[
                headline(alert)
            ],
            h.div(".tb-tiny")[" · ".join(word for word in (alert["id"], alert.get("when", "")) if word)],
        ],
        h.td(role="gridcell", data_label=_("Proposed"), data_left=True)[_proposed(desk, alert)],
        h.td(role="gridcell", data_label=_score_name(desk))[f"{alert['score']:.2f}"],
    ]


def headline(alert: Alert) -> str:
    """Return an alert in a few words: the amount and to whom, or the beginning of a text."""
    said = alert.get("said")
    text = str(said[0].rstrip(".") if said else alert["text"])
    return text if len(text) <= 90 else text[:89].rstrip() + "…"


def _proposed(desk: TriageDesk, alert: Alert) -> h.Node:
    decision = desk.decision(alert)
    proposed = parts.chip(alert["proposed"], TONES.get(alert["proposed"], ""))
    if decision is None:
        return proposed
    word = _("accepted") if decision.accepted else _("overridden: {label}").format(label=decision.decision)
    return [proposed, h.div(".tb-tiny")["✓ ", word]]


def _foot(desk: TriageDesk, shown: int, found: int) -> h.Element:
    more = None
    if found > shown:
        text = _("Show {n} more").format(n=min(PAGE, found - shown))
        more = h.button(".tb-link", type="button", data_action="more", data_key="more")[text]
    said = _("{shown} of {found} shown").format(shown=count(shown), found=count(found))
    return h.div(".tb-row", data_key="foot")[h.span(".tb-small.tb-mute")[said], more]
