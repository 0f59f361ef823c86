"""The list of runs as HTML."""

from __future__ import annotations

import htpy as h

from kit.i18n import N_, _, ngettext
from kit.jobs import ENDED, LIVING, Summary
from kit.plots.words import count
from kit.widgets import parts
from kit.widgets.phase import count_words, doing, left_words, part_and_phase
from kit.widgets.running.comparison import comparison
from kit.widgets.running.desk import PAGE, SORTS, RunsDesk
from kit.widgets.running.opened import opened
from kit.widgets.running.words import ago, figure, kind_words, letters, state_words, title, took, value_words, when

_COLUMNS = {
    "run": N_("Run"),
    "state": N_("State"),
    "result": N_("Result"),
    "started": N_("Started"),
    "took": N_("Took"),
}
_WORDS = ("run", "state")  # columns of words, which stand at the left
_ORDERS = {**_COLUMNS, "kind": N_("Kind")}


def runs_page(desk: RunsDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    everyone = desk.everyone()
    living = sum(not each.over for each in everyone)
    said = _("{n} running").format(n=living) if living else _("none running")
    total = ngettext("{n} run", "{n} runs", len(everyone)).format(n=count(len(everyone)))
    chips = [parts.chip(said, "run" if living else ""), parts.chip(total)] if everyone else []
    body = (
        [_filters(desk, everyone), _chosen(desk), _list(desk), comparison(desk)]
        if everyone
        else [_empty(desk), _undo(desk)]
    )
    return parts.card(
        desk.title,
        chips=chips,
        code=desk.code(),
        problem=desk.problem,
        spoken=f"{total}, {said}" if everyone else "",
        body=body,
    )


def _empty(desk: RunsDesk) -> h.Element:
    lead = _("No runs of this kind yet") if desk.given else _("No runs yet")
    text = _("{lead}: start one with a panel such as kit.TunePanel, or with kit.start(spec). It shows up here at once.")
    return h.div(".tb-empty", data_key="empty")[h.p(".tb-mute")[text.format(lead=lead)]]


def _filters(desk: RunsDesk, everyone: list[Summary]) -> h.Element:
    states = {"living": _("living"), **{state: state_words(state)[0] for state in ENDED}}
    counts = {state: sum(each.state == state for each in everyone) for state in ENDED}
    counts["living"] = sum(each.state in LIVING for each in everyone)
    kinds = {kind: kind_words(kind) for kind in sorted({each.kind for each in everyone} | {desk.kind}) if kind}
    return h.div(".tb-row", data_key="filters")[
        _select("state", _("State"), {"": _("any"), **_counted(states, counts)}, desk.state),
        _select("kind", _("Kind"), {"": _("any"), **kinds}, desk.kind),
        _select("sort", _("Order"), {name: _(_ORDERS[name]) for name in SORTS}, desk.sort),
        h.input(
            ".tb-find",
            type="text",
            name="text",
            value=desk.text,
            placeholder=_("Search: model, data, id, cause"),
            aria_label=_("Search runs"),
            data_change="filter",
            autocomplete="off",
            spellcheck="false",
        ),
    ]


def _counted(words: dict[str, str], counts: dict[str, int]) -> dict[str, str]:
    return {name: f"{word} ({count(counts[name])})" for name, word in words.items()}


def _select(name: str, label: str, options: dict[str, str], chosen: str) -> h.Element:
    shown = [h.option(value=value, selected=value == chosen)[word] for value, word in options.items()]
    field = h.select(name=name, data_change="filter", data_value=chosen)[shown]
    return h.label(".tb-check.tb-small.tb-mute")[label, field]


def _chosen(desk: RunsDesk) -> h.Element:
    """Return what can be done with the ticked runs; the line is there before one is ticked, so that nothing moves."""
    n = len(desk.ticked)
    if not n:
        return h.div(".tb-row.tb-chosen", data_key="chosen")[
            _undo(desk) or h.span(".tb-small.tb-mute")[_("Tick runs to compare, stop or delete them.")]
        ]
    here = [desk.listing.summaries[id] for id in desk.ticked]
    living = sum(not each.over for each in here)
    hold = _("{n} of them are not over: stop them first.").format(n=living) if living else ""
    return h.div(".tb-row.tb-chosen", data_key="chosen")[
        h.span(".tb-small")[ngettext("{n} ticked", "{n} ticked", n).format(n=count(n))],
        parts.button(_("Compare"), "compare", key="compare", why=desk.no_comparison()),
        parts.button(_("Stop"), "stop", key="stop", why="" if living else _("None of them is running.")),
        parts.button(_("Delete"), "delete", key="delete", why=hold),
        h.button(".tb-link", type="button", data_action="untick")[_("Clear")],
        _undo(desk) or h.span(".tb-small.tb-mute")[hold or desk.no_comparison()],
    ]


def _undo(desk: RunsDesk) -> h.Node:
    n = len(desk.deleted)
    if not n:
        return None
    text = ngettext("{n} run was moved to the trash.", "{n} runs were moved to the trash.", n).format(n=count(n))
    undo = h.button(".tb-link", type="button", data_action="undo", data_key="undo")[_("Undo")]
    return h.span(".tb-small", role="status", data_key="deleted")[text, " ", undo]


def _list(desk: RunsDesk) -> h.Node:
    found = desk.found()
    shown = found[: desk.limit]
    if not found:
        everything = h.button(".tb-link", type="button", data_action="everything")[_("Show all runs")]
        return h.div(".tb-empty", data_key="none")[h.p(".tb-mute")[_("No run answers to this. "), everything]]
    return [
        h.table(".tb-runs", role="table", aria_label=_("Runs"), data_key="runs")[
            h.thead(role="rowgroup")[h.tr(role="row")[_head(desk, shown)]],
            h.tbody(role="rowgroup")[((_row(desk, each), opened(desk, each, len(_COLUMNS) + 1)) for each in shown)],
        ],
        _foot(desk, len(shown), len(found)),
    ]


def _head(desk: RunsDesk, shown: list[Summary]) -> list[h.Element]:
    every = all(each.id in desk.ticked for each in shown)
    box = h.input(type="checkbox", name="every", checked=every, data_change="tick", aria_label=_("Tick all shown here"))
    cells = [_title(desk, name, box if name == "run" else None) for name in _COLUMNS]
    return [*cells, h.th(scope="col", role="columnheader")[h.span(".tb-hush")[_("Actions")]]]


def _title(desk: RunsDesk, name: str, box: h.Node) -> h.Element:
    chosen = name == desk.sort
    arrow = h.span(aria_hidden="true")[" ▾" if desk.down else " ▴"] if chosen else None
    sort = h.button(".tb-link.tb-sort", type="button", data_action="sort", value=name, data_key=f"sort-{name}")[
        _(_COLUMNS[name]), arrow
    ]
    order = ("descending" if desk.down else "ascending") if chosen else None
    inner = h.span(".tb-check")[box, sort] if box else sort
    return h.th(scope="col", role="columnheader", aria_sort=order, data_left=name in _WORDS)[inner]


def _row(desk: RunsDesk, each: Summary) -> h.Element:
    ticked = each.id in desk.ticked
    box = h.input(type="checkbox", name=f"run:{each.id}", checked=ticked, data_change="tick")
    return h.tr(role="row", data_key=f"run-{each.id}", data_chosen=ticked)[
        h.th(scope="row", role="rowheader")[
            h.label(".tb-check", title=f"{each.model} · {each.data}")[box, h.span[title(each)]],
            h.div(".tb-tiny.tb-under", title=each.id)[f"{kind_words(each.kind)} · {letters(each.id)}"],
        ],
        h.td(role="cell", data_left=True)[_state(desk, each)],
        h.td(role="cell", data_label=_("Result"))[_result(each)],
        h.td(role="cell", data_label=_("Started"), title=when(each.created))[ago(each.created)],
        h.td(role="cell", data_label=_("Took"))[took(each)],
        h.td(role="cell")[_actions(desk, each)],
    ]


def _state(desk: RunsDesk, each: Summary) -> h.Element:
    chip = parts.chip(*state_words(each.state))
    if each.over:
        return h.div(".tb-state")[chip, h.div(".tb-tiny.tb-clip", title=each.cause)[each.cause] if each.cause else None]
    status = desk.listing.run(each.id).status
    part, phase = part_and_phase(status)
    words = [part, doing(phase) if phase else "", count_words(status), left_words(status)]
    text = " · ".join(word for word in words if word) or _("a few seconds")
    bar = None if status.share is None else parts.bar(status.share, "", text)
    return h.div(".tb-state")[chip, h.div(".tb-tiny")[text], bar]


def _result(each: Summary) -> h.Node:
    found = figure(each)
    if found is None:
        return h.span(".tb-mute")["–"]
    name, value, part = found
    return h.span[value_words(name, value), h.div(".tb-tiny.tb-figure")[f"{name}, {part}" if part else name]]


def _actions(desk: RunsDesk, each: Summary) -> h.Element:
    """Return what can be done with one run: at most one button, chosen by its state, then links."""
    return h.div(".tb-acts")[
        _link("log", _("Log"), each, pressed=desk.opened == ("log", each.id)),
        _link("code", _("Code"), each, pressed=desk.opened == ("code", each.id)),
        _main(each),
    ]


def _main(each: Summary) -> h.Node:
    if not each.over:
        stopping = _("It stops at the next step.") if each.state == "stopping" else ""
        return parts.button(_("Stop"), "stop", value=each.id, key=f"stop-{each.id}", why=stopping)
    name = _("Delete {id}").format(id=each.id)
    return h.button(".tb-link", type="button", data_action="delete", value=each.id, aria_label=name)[_("Delete")]


def _link(what: str, word: str, each: Summary, *, pressed: bool) -> h.Element:
    return h.button(
        ".tb-link",
        type="button",
        data_action="open",
        value=f"{what}:{each.id}",
        aria_expanded="true" if pressed else "false",
        aria_label=f"{word} {each.id}",
    )[word]


def _foot(desk: RunsDesk, shown: int, found: int) -> h.Element:
    more = None
    if found > shown:
        text = _("Show {n} more").format(n=min(PAGE, found - shown))
        more = h.button(".tb-link", type="button", data_action="more", data_key="more")[text]
    said = _("{shown} of {found} shown").format(shown=count(shown), found=count(found))
    return h.div(".tb-row", data_key="foot")[h.span(".tb-small.tb-mute")[said], more]
