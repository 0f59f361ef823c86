"""What a person looks for, as fields; how many models answer to it; and what to do when none does."""

from __future__ import annotations

from collections.abc import Mapping

import htpy as h

from kit.i18n import N_, _
from kit.machine import this_machine
from kit.models.fit import room_bytes
from kit.models.uses import TASKS
from kit.plots.words import count, number
from kit.widgets.picking.filters import LICENCES, READS, SIZES, fields_of, languages_of, licences_of
from kit.widgets.picking.languages import language_words
from kit.widgets.picking.order import SORTS
from kit.widgets.picking.page_bars import legend
from kit.widgets.picking.shown import ShownDesk
from kit.widgets.picking.words import field_words

_TASKS = {
    "classify": N_("classify"),
    "choose": N_("choose"),
    "answer": N_("answer"),
    "chat": N_("chat"),
    "continue": N_("continue"),
}
_LICENCES = {"commercial": N_("commercial use"), "free": N_("without conditions")}
_READS = {"text": N_("text only"), "image": N_("pictures too"), "video": N_("video too")}
_QUIET = 0.1  # share of the cores that other programs may use: above, a measurement may be too low
NAMES = {
    "text": N_("Search"),
    "task": N_("Task"),
    "made_for": N_("Made for"),
    "language": N_("Language"),
    "licence": N_("Licence"),
    "reads": N_("Reads"),
    "size": N_("Size"),
    "here": N_("On this machine"),
    "fits": N_("Runs here"),
}


def filter_fields(desk: ShownDesk) -> h.Element:
    """Return the fields that say which models are looked for."""
    choices = _choices(desk)
    return h.div(".tb-seek", role="search", data_key="filters", aria_label=_("Which models"))[
        _search(desk.filters.text),
        (_select(name, getattr(desk.filters, name), options) for name, options in choices.items()),
    ]


def _choices(desk: ShownDesk) -> dict[str, dict[str, str]]:
    """Return the values that each field offers, in words."""
    everyone = list(desk.offers.values())
    any_ = {"": _("any")}
    return {
        "task": {task: _(_TASKS[task]) for task in TASKS},
        "size": {**any_, **{size: _("up to {n} B").format(n=size) for size in SIZES}},
        "licence": {**any_, **_said(_LICENCES, LICENCES), **{name: name for name in licences_of(everyone)}},
        "language": {**any_, **{code: language_words(code) for code in languages_of(everyone)}},
        "reads": {**any_, **_said(_READS, READS)},
        "made_for": {**any_, **{each: field_words(each) for each in fields_of(everyone)}},
    }


def _said(words: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: _(words[name]) for name in names}


def _search(text: str) -> h.Element:
    field = h.input(
        type="text",
        name="text",
        value=text,
        placeholder=_("name, maker, family, field"),
        data_change="filter",
        data_typed="filter",
        autocomplete="off",
        spellcheck="false",
    )
    return h.label(".tb-field.tb-search")[h.span(".tb-tiny")[_(NAMES["text"])], field]


def _select(name: str, chosen: str, options: Mapping[str, str]) -> h.Element:
    return h.label(".tb-field")[
        h.span(".tb-tiny")[_(NAMES[name])], _options(name, chosen, options, narrowed=bool(chosen) and name != "task")
    ]


def _options(name: str, chosen: str, options: Mapping[str, str], *, narrowed: bool = False) -> h.Element:
    shown = [h.option(value=value, selected=value == chosen)[word] for value, word in options.items()]
    return h.select(name=name, data_change="filter", data_value=chosen, data_narrowed=narrowed)[shown]


def count_line(desk: ShownDesk, found: int) -> h.Element:
    """Return how many models answer to all of it, the boxes that narrow further, and the order."""
    reset = None
    if desk.filters.active():
        reset = h.button(".tb-link", type="button", data_action="reset", data_key="reset")[_("Reset filters")]
    said = _("{found} of {all} models").format(found=count(found), all=count(len(desk.offers)))
    orders = {name: _(word) for name, word in SORTS.items()}
    return h.div(".tb-row.tb-counted", data_key="counted")[
        h.span(".tb-count")[said],
        _box("fits", desk.filters.fits),
        _box("here", desk.filters.here),
        reset,
        h.span(".tb-space"),
        h.label(".tb-check.tb-small.tb-mute")[_("Order"), _options("sort", desk.sort, orders)],
    ]


def _box(name: str, on: bool) -> h.Element:
    return h.label(".tb-check.tb-small")[
        h.input(type="checkbox", name=name, checked=on, data_change="filter"), _(NAMES[name])
    ]


def basis_line(desk: ShownDesk) -> h.Element:
    """Return what is predicted for, with the speed of this machine or the offer to measure it, and what bars show."""
    return h.div(".tb-row.tb-basis.tb-small.tb-mute", data_key="basis")[
        h.label[_("Predicted for a context of"), _number("context", desk.context), _("tokens")],
        h.label[_("and a batch of"), _number("batch", desk.batch)],
        _speed(desk),
        h.span(".tb-space"),
        legend(room_bytes(this_machine())),
    ]


def _number(name: str, value: int) -> h.VoidElement:
    return h.input(
        type="text",
        name=name,
        value=str(value),
        size="5" if name == "context" else "3",
        data_change="terms",
        inputmode="numeric",
        autocomplete="off",
    )


def _speed(desk: ShownDesk) -> h.Element:
    if desk.probe.going:
        return h.span(data_key="speed", role="status")[_("Measuring this machine · a few seconds")]
    known = desk.probe.speed
    if known is None:
        return h.span(data_key="speed")[_("Tokens a second are unknown: "), _measure(_("Measure this machine"))]
    said = _("This machine reads {n} GB/s, measured {day}").format(
        n=number(known.bandwidth_gb_s), day=known.measured[:10]
    )
    if known.bystanders <= _QUIET:
        return h.span(data_key="speed")[said]
    return h.span(data_key="speed")[said, _(" while other programs ran: "), _measure(_("Measure again"))]


def _measure(text: str) -> h.Element:
    return h.button(".tb-link", type="button", data_action="measure", data_key="measure")[text]


def nothing_found(desk: ShownDesk) -> h.Element:
    """Return which filter leaves out most, and a way out."""
    name, left_out, without = desk.filters.strictest(desk.offers.values())
    text = _("No model answers to all of this. “{filter}” leaves out most: {n} of {all}.").format(
        filter=_filter_words(desk, name), n=count(left_out), all=count(len(desk.offers))
    )
    drop = h.button(".tb-link", type="button", data_action="drop", value=name, data_key="drop")[
        _("Show the {n} without it").format(n=count(without))
    ]
    return h.div(".tb-empty", data_key="none")[h.p(".tb-mute")[text, " ", drop if without else None]]


def _filter_words(desk: ShownDesk, name: str) -> str:
    """Return a filter with what is chosen in it, as in "Language: Finnish"."""
    value = getattr(desk.filters, name)
    if isinstance(value, bool):
        return _(NAMES[name])
    return f"{_(NAMES[name])}: {_choices(desk).get(name, {}).get(value, value)}"
