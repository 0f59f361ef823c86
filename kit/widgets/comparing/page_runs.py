"""Which runs are compared: a list to tick from, newest first."""

from __future__ import annotations

import htpy as h

from kit.i18n import _, ngettext
from kit.jobs import Summary
from kit.widgets.comparing.desk import CompareDesk
from kit.widgets.parts import finder
from kit.widgets.running.words import ago, figure, kind_words, letters, state_words, title, value_words


def picker(desk: CompareDesk) -> h.Element:
    """Return how many runs are compared, and, opened, the runs that can be."""
    n = len(desk.sources.ticked)
    lead = ngettext("{n} more run", "{n} more runs", n) if desk.sources.given else ngettext("{n} run", "{n} runs", n)
    word = _("Choose runs") if not desk.sources.given else _("Add runs to compare with")
    toggle = h.button(
        ".tb-link",
        type="button",
        data_action="pick",
        data_key="pick",
        aria_expanded="true" if desk.picking else "false",
    )[_("Done") if desk.picking else word]
    told = lead.format(n=n) if desk.picking else f"{lead.format(n=n)}: {_names(desk)}"
    ticked = h.span(".tb-small.tb-mute")[told] if n else None
    return h.div(data_key="picker")[
        h.div(".tb-row")[
            h.b[_("Runs to compare")] if desk.picking else None,
            ticked,
            h.span(".tb-space") if desk.picking else None,
            toggle,
        ],
        _list(desk) if desk.picking else None,
    ]


def _names(desk: CompareDesk) -> str:
    here = desk.sources.listing.summaries
    return ", ".join(f"{title(here[id])} ({letters(id)})" for id in desk.sources.ticked if id in here)


def _list(desk: CompareDesk) -> list[h.Node]:
    found = desk.sources.candidates(desk.find)
    shown = found[: desk.listed]
    hidden = [id for id in desk.sources.ticked if id not in {each.id for each in shown}]
    rows = desk.rows()
    hash = str(rows[0].provenance.get("data_hash") or "") if rows else ""
    field = finder("find", desk.find, "tick", words=_("Find by model, data, kind or id"), label=_("Find runs"))
    return [
        h.div(".tb-row", style="margin: 6px 0")[field],
        h.ul(".tb-pick", aria_label=_("Runs"))[(_one(desk, each, hash) for each in shown)] if shown else _nothing(desk),
        h.p(".tb-small.tb-mute")[_("{n} ticked runs are not listed here.").format(n=len(hidden))] if hidden else None,
        _more(len(found) - len(shown)),
    ]


def _nothing(desk: CompareDesk) -> h.Element:
    if desk.find:
        return h.p(".tb-mute")[_("No run has all these words.")]
    return h.p(".tb-mute")[_("There is no sweep, evaluation or tuning on this machine yet.")]


def _more(n: int) -> h.Node:
    if n <= 0:
        return None
    words = _("Show more ({n})").format(n=n)
    return h.button(".tb-link", type="button", data_action="more", data_key="more-runs")[words]


def _one(desk: CompareDesk, each: Summary, hash: str) -> h.Element:
    found = figure(each)
    word, tone = state_words(each.state)
    value = f"{found[0]} {value_words(found[0], found[1])}" if found else ""
    box = h.input(type="checkbox", name=f"run:{each.id}", checked=each.id in desk.sources.ticked, data_change="tick")
    said = [kind_words(each.kind), letters(each.id), *([word] if each.state != "finished" else [])]
    return h.li(data_key=f"pick-{each.id}")[
        h.label[
            box,
            h.span[title(each), h.div(".tb-tiny")[" · ".join(said), _other(desk, each, hash)]],
            h.span(".tb-tiny.tb-aside", data_tone=tone if tone == "bad" else None)[
                " · ".join(filter(None, (value, ago(each.created))))
            ],
        ]
    ]


def _other(desk: CompareDesk, each: Summary, hash: str) -> h.Node:
    """Return that a run was measured on other rows than what is compared, where that is known."""
    own = desk.sources.rows_hash(each.id) if hash else ""
    if not own or own == hash:
        return None
    return h.b(data_tone="warn")[" · ", _("other rows: not comparable")]
