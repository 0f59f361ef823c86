"""One run of the list: what it is, how far it got or why it ended, and what can be done with it."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.jobs import RESUMABLE, Summary
from kit.widgets import parts
from kit.widgets.phase import (
    attempt_words,
    count_words,
    doing,
    held_words,
    left_words,
    part_and_phase,
    place_words,
    rate_words,
)
from kit.widgets.running.desk import RunsDesk
from kit.widgets.running.order import worked_s
from kit.widgets.running.words import ago, figure, kind_words, letters, state_words, title, took, value_words, when


def run_row(desk: RunsDesk, each: Summary) -> h.Element:
    """Return the row of a run."""
    ticked = each.id in desk.ticked
    box = h.input(type="checkbox", name=f"run:{each.id}", checked=ticked, data_change="tick")
    about = (kind_words(each.kind), letters(each.id), attempt_words(each.attempt))
    return h.tr(role="row", data_key=f"run-{each.id}", data_chosen=ticked)[
        h.th(scope="row", role="rowheader")[
            h.label(".tb-check", title=f"{each.model} · {each.data}")[box, h.span[title(each)]],
            h.div(".tb-tiny.tb-under", title=each.id)[" · ".join(word for word in about if word)],
        ],
        h.td(role="cell", data_left=True)[_state(desk, each)],
        h.td(role="cell", data_label=_("Result"))[_result(each)],
        h.td(role="cell", data_label=_("Started"), title=when(each.created))[ago(each.created)],
        h.td(role="cell", data_label=_("Took"))[took(each, worked_s(each, desk.listing))],
        h.td(role="cell")[_actions(desk, each)],
    ]


def _state(desk: RunsDesk, each: Summary) -> h.Element:
    chip = parts.chip(*state_words(each.state))
    if each.over:
        return h.div(".tb-state")[chip, _cause(desk, each)]
    if each.state == "queued":
        return _queued(desk, each, chip)
    return _going(desk, each, chip)


def _cause(desk: RunsDesk, each: Summary) -> h.Node:
    """Return why a run ended before its time, in a sentence; the whole cause and what to do open below the row."""
    if not each.cause:
        return None
    more = _link("why", _("why, and what to do"), each, pressed=desk.opened == ("why", each.id))
    return h.div[h.div(".tb-tiny.tb-clip")[parts.sentences(each.cause)[0]], more]


def _queued(desk: RunsDesk, each: Summary, chip: h.Element) -> h.Element:
    place = desk.places.get(each.id)
    acts = [_deed("now", _("Start now"), each)] + ([_deed("next", _("Next"), each)] if place else [])
    return h.div(".tb-state")[
        h.div(".tb-row.tb-doing")[chip, h.span(".tb-tiny")[place_words(place)]],
        h.div(".tb-tiny")[each.cause],
        h.div(".tb-row")[acts],
    ]


def _going(desk: RunsDesk, each: Summary, chip: h.Element) -> h.Element:
    """Return how far a run is; each line has its room from the first moment on, so that nothing moves later."""
    status = desk.listing.run(each.id).status
    part, phase = part_and_phase(status)
    doings = (part, doing(phase) if phase else _("a few seconds"), count_words(status))
    text = " · ".join(word for word in doings if word)
    pace = " · ".join(word for word in (left_words(status), rate_words(status)) if word)
    return h.div(".tb-state")[
        h.div(".tb-row.tb-doing")[chip, h.span(".tb-tiny")[text]],
        parts.bar(status.share or 0.0, "", text),
        h.div(".tb-tiny.tb-line")[pace],
        h.div(".tb-tiny.tb-line")[held_words(status)],
    ]


def _result(each: Summary) -> h.Node:
    found = figure(each)
    if found is None:
        return h.span(".tb-mute")["–"]
    name, value, part = found
    return h.span[value_words(name, value), h.div(".tb-tiny.tb-figure")[f"{name}, {part}" if part else name]]


def _actions(desk: RunsDesk, each: Summary) -> h.Element:
    """Return what can be done with one run: links, and at most one button, chosen by its state."""
    return h.div(".tb-acts")[
        _link("log", _("Log"), each, pressed=desk.opened == ("log", each.id)),
        _link("code", _("Code"), each, pressed=desk.opened == ("code", each.id)),
        _deed("delete", _("Delete"), each) if each.over else None,
        _main(each),
    ]


def _main(each: Summary) -> h.Node:
    if each.state in RESUMABLE:
        return parts.button(_("Resume"), "resume", value=each.id, key=f"resume-{each.id}")
    if each.over:
        return None
    stopping = _("It stops at the next step.") if each.state == "stopping" else ""
    return parts.button(_("Stop"), "stop", value=each.id, key=f"stop-{each.id}", why=stopping)


def _deed(action: str, word: str, each: Summary) -> h.Element:
    name = f"{word} {each.id}"
    return h.button(".tb-link", type="button", data_action=action, value=each.id, aria_label=name)[word]


def _link(what: str, word: str, each: Summary, *, pressed: bool) -> h.Element:
    return h.button(
        ".tb-link",
        type="button",
        data_action="open",
        value=f"{what}:{each.id}",
        aria_expanded="true" if pressed else "false",
        aria_label=f"{word} {each.id}",
    )[word]
