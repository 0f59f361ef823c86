"""What was said so far, the newest in sight; before that, what could be asked."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.widgets import parts
from kit.widgets.asking.names import elsewhere
from kit.widgets.asking.told import state_words
from kit.widgets.desk import Problem
from kit.widgets.playing.desk import PlayDesk
from kit.widgets.playing.talk import Exchange

_SHOWN = 70  # characters of an example


def said(desk: PlayDesk) -> h.Element:
    """Return the conversation, or what there is to begin with."""
    if not desk.talk.exchanges:
        return _nothing(desk)
    last = desk.talk.exchanges[-1]
    # The box that scrolls holds the conversation as a column from its end: so it stays at the end while it grows.
    return h.div(".tb-talk", tabindex="0", role="log", aria_label=_("Conversation"), data_key="talk")[
        h.div[(_exchange(desk, each, each is last) for each in desk.talk.exchanges)]
    ]


def _nothing(desk: PlayDesk) -> h.Element:
    cleared = desk.talk.cleared
    words = _("Cleared.") if cleared else f"{_('Nothing has been asked yet.')} {_source()}"
    return h.div(".tb-talk.tb-empty", data_key="nothing")[
        h.p(".tb-mute")[
            words,
            [" ", h.button(".tb-link", type="button", data_action="restore", data_key="restore")[_("Undo")]]
            if cleared
            else None,
        ],
        h.div(".tb-examples")[
            h.span(".tb-small.tb-mute")[_("Try")], (_example(*each) for each in enumerate(desk.examples))
        ]
        if desk.examples
        else None,
    ]


def _source() -> str:
    if elsewhere():
        return _("Answers come from the service that TUNEBOOK_SERVICE_URL names.")
    return _("Answers come from this machine's model service, which starts with the first question.")


def _example(place: int, text: str) -> h.Element:
    line = " ".join(text.split())
    shown = line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1].rstrip()}…"
    return h.button(
        ".tb-link", type="button", data_action="example", value=f"{place}", data_key=f"example-{place}", title=line
    )[shown]


def _exchange(desk: PlayDesk, each: Exchange, last: bool) -> h.Element:
    told, part = each.told, f"answer-{each.number}"
    copy = h.button(".tb-link", type="button", data_copy=part)[h.span[_("Copy")], h.span[_("Copied")]]
    text = h.p(data_part=part)[told.text] if told.text else h.p(".tb-mute")[_instead(each)]
    return h.div(".tb-exchange", data_key=f"exchange-{each.number}")[
        h.p(".tb-tiny")[_("You")],
        h.p(".tb-asked")[each.question],
        h.div(".tb-by")[
            h.p(".tb-tiny")[h.b[each.label], f" · {words}" if (words := _how(each)) else None],
            copy if told.text and told.over else None,
        ],
        h.div(".tb-said", data_stale=told.state in ("restarting", "reaching"))[text]
        if told.text or told.state != "failed"
        else None,
        _right(desk, each),
        _trouble(desk, each, last),
    ]


def _instead(each: Exchange) -> str:
    """Return what stands in the place of an answer without a word."""
    if not each.told.over:
        return f"{state_words(each.told)} …"
    return _("The model said nothing.") if each.told.state == "done" else ""


def _how(each: Exchange) -> str:
    """Return how quick an answer was, and whose it is where it is not this machine's."""
    how = state_words(each.told) if each.told.over else ""
    return " · ".join(filter(None, [how, _("at {place}").format(place=each.told.place) if each.told.place else ""]))


def _right(desk: PlayDesk, each: Exchange) -> h.Node:
    right = desk.right(each)
    if not right or each.told.state != "done":
        return None
    well = each.told.text.strip() == right
    words = _("That is what the data says.") if well else _("The data says {right}.").format(right=right)
    return h.p(".tb-small", data_tone="ok" if well else "warn")[words]


def _trouble(desk: PlayDesk, each: Exchange, last: bool) -> h.Node:
    """Return why there is no answer, or no whole one, and the button that asks once more."""
    told = each.told
    if told.state not in ("failed", "cut short") or not (last or told.problem):
        return None
    again = parts.button(_("Ask again"), "again", key="again") if last and not desk.talk.busy else None
    if told.state == "cut short":
        return h.div(".tb-row")[again]
    return parts.alert(told.problem or Problem(_("There is no answer.")), dismiss=False, act=again)
