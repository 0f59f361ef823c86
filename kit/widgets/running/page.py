"""The list of runs as HTML."""

from __future__ import annotations

import htpy as h

from kit.i18n import N_, _, ngettext
from kit.jobs import ENDED, LIVING, Summary
from kit.plots.words import count
from kit.widgets import parts
from kit.widgets.running.comparison import comparison
from kit.widgets.running.desk import PAGE, RunsDesk
from kit.widgets.running.opened import opened
from kit.widgets.running.order import SORTS
from kit.widgets.running.row import run_row
from kit.widgets.running.words import kind_words, state_words

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
    waiting = sum(each.state == "queued" for each in everyone)
    living = sum(not each.over for each in everyone) - waiting
    said = _("{n} running").format(n=living) if living else _("none running")
    if waiting:
        said += _(", {n} waiting").format(n=waiting)
    total = ngettext("{n} run", "{n} runs", len(everyone)).format(n=count(len(everyone)))
    chips = [parts.chip(said, "run" if living else ""), parts.chip(total)] if everyone else []
    body = [_filters(desk, everyone), *_list(desk), comparison(desk)] if everyone else [_empty(desk), _undo(desk)]
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
        parts.finder("text", desk.text, "filter", words=_("Search: model, data, id, cause"), label=_("Search runs")),
    ]


def _counted(words: dict[str, str], counts: dict[str, int]) -> dict[str, str]:
    return {name: f"{word} ({count(counts[name])})" for name, word in words.items()}


def _select(name: str, label: str, options: dict[str, str], chosen: str) -> h.Element:
    shown = [h.option(value=value, selected=value == chosen)[word] for value, word in options.items()]
    field = h.select(name=name, data_change="filter", data_value=chosen)[shown]
    return h.label(".tb-check.tb-small.tb-mute")[label, field]


def _chosen(desk: RunsDesk, shown: list[Summary]) -> h.Element:
    """Return what can be done with the ticked runs; the line is there before one is ticked, so that nothing moves."""
    n = len(desk.ticked)
    every = bool(shown) and all(each.id in desk.ticked for each in shown)
    box = h.input(type="checkbox", name="every", checked=every, data_change="tick", aria_label=_("Tick all shown here"))
    if not n:
        lead = h.span(".tb-small.tb-mute")[_("Tick runs to compare, resume, stop or delete them.")]
        undo = _undo(desk)
        return h.div(".tb-row.tb-chosen", data_key="chosen")[h.label(".tb-check")[box, None if undo else lead], undo]
    barred = {deed: desk.barred(deed) for deed in ("resume", "stop", "delete")}
    hold = barred["delete"] or desk.no_comparison()
    return h.div(".tb-row.tb-chosen", data_key="chosen")[
        h.label(".tb-check")[box, h.span(".tb-small")[ngettext("{n} ticked", "{n} ticked", n).format(n=count(n))]],
        parts.button(_("Compare"), "compare", key="compare", why=desk.no_comparison()),
        parts.button(_("Resume"), "resume", key="resume", why=barred["resume"]),
        parts.button(_("Stop"), "stop", key="stop", why=barred["stop"]),
        parts.button(_("Delete"), "delete", key="delete", why=barred["delete"]),
        h.button(".tb-link", type="button", data_action="untick")[_("Clear")],
        _undo(desk) or h.span(".tb-small.tb-mute")[hold],
    ]


def _undo(desk: RunsDesk) -> h.Node:
    n = len(desk.deleted)
    if not n:
        return None
    text = ngettext("{n} run was moved to the trash.", "{n} runs were moved to the trash.", n).format(n=count(n))
    undo = h.button(".tb-link", type="button", data_action="undo", data_key="undo")[_("Undo")]
    return h.span(".tb-small", role="status", data_key="deleted")[text, " ", undo]


def _list(desk: RunsDesk) -> list[h.Node]:
    found = desk.found()
    shown = found[: desk.limit]
    if not found:
        everything = h.button(".tb-link", type="button", data_action="everything")[_("Show all runs")]
        none = h.div(".tb-empty", data_key="none")[h.p(".tb-mute")[_("No run answers to this. "), everything]]
        return [_chosen(desk, shown), none]
    rows = ((run_row(desk, each), opened(desk, each, len(_COLUMNS) + 1)) for each in shown)
    return [
        _chosen(desk, shown),
        h.table(".tb-runs", role="table", aria_label=_("Runs"), data_key="runs")[
            h.thead(role="rowgroup")[h.tr(role="row")[_head(desk)]],
            h.tbody(role="rowgroup")[rows],
        ],
        _foot(desk, len(shown), len(found)),
    ]


def _head(desk: RunsDesk) -> list[h.Element]:
    cells = [_title(desk, name) for name in _COLUMNS]
    return [*cells, h.th(scope="col", role="columnheader")[h.span(".tb-hush")[_("Actions")]]]


def _title(desk: RunsDesk, name: str) -> h.Element:
    chosen = name == desk.sort
    arrow = h.span(aria_hidden="true")[" ▾" if desk.down else " ▴"] if chosen else None
    sort = h.button(".tb-link.tb-sort", type="button", data_action="sort", value=name, data_key=f"sort-{name}")[
        _(_COLUMNS[name]), arrow
    ]
    order = ("descending" if desk.down else "ascending") if chosen else None
    return h.th(scope="col", role="columnheader", aria_sort=order, data_left=name in _WORDS)[sort]


def _foot(desk: RunsDesk, shown: int, found: int) -> h.Element:
    more = None
    if found > shown:
        text = _("Show {n} more").format(n=min(PAGE, found - shown))
        more = h.button(".tb-link", type="button", data_action="more", data_key="more")[text]
    said = _("{shown} of {found} shown").format(shown=count(shown), found=count(found))
    return h.div(".tb-row", data_key="foot")[h.span(".tb-small.tb-mute")[said], more]
