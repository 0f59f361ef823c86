"""Every method to be ticked, by the engine that runs it; those that cannot run, with the reason and what to type."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h

from kit.engines.homes import home
from kit.i18n import _, ngettext
from kit.lack import Lack
from kit.plots.words import count, rate, remaining
from kit.widgets.copying import code_block
from kit.widgets.picking.words import gigabytes
from kit.widgets.sweeping.choosing import MIXED, ChoosingDesk
from kit.widgets.sweeping.offers import FAMILIES, Offer, by_engine, engine_title

_LONG_S = 20.0  # what takes longer to make is told


def methods_part(desk: ChoosingDesk) -> h.Element:
    """Return quick choices, the filter, and the methods by engine."""
    shown = desk.shown()
    groups = by_engine(shown)
    return h.div(".tb-methods", data_key="methods")[
        _tools(desk, shown),
        (_group(desk, engine, own) for engine, own in groups.items()),
        h.p(".tb-tiny")[_("Memory, tokens a second and times are predictions; the sweep measures them.")]
        if groups
        else h.p(".tb-empty.tb-mute")[_("No method of so many bits runs here.")],
        _why_not(desk, shown),
    ]


def _tools(desk: ChoosingDesk, shown: Sequence[Offer]) -> h.Element:
    words = {"all": _("Everything that runs here"), "usual": _("Usual four"), "none": _("None")}
    picks = [
        h.button(".tb-link", type="button", data_action="pick", value=name, data_key=f"pick-{name}")[word]
        for name, word in words.items()
    ]
    return h.div(".tb-row", data_key="tools")[
        h.span(".tb-row.tb-picks", role="group", aria_label=_("Tick"))[picks],
        _families(desk),
        _reference(desk),
        h.span(".tb-small.tb-mute", role="status", data_key="ticked")[_ticked(desk, shown)],
    ]


def _families(desk: ChoosingDesk) -> h.Element:
    counts = {key: sum(each.family == key for each in desk.offers().values()) for key in FAMILIES}
    options = {"": _("any number of bits"), **{key: _(title) for key, (title, _least) in FAMILIES.items()}}
    shown = [
        h.option(value=key, selected=key == desk.family)[f"{word} ({counts[key]})" if key else word]
        for key, word in options.items()
    ]
    field = h.select(name="family", data_change="narrow", data_value=desk.family)[shown]
    return h.label(".tb-choose.tb-small")[h.span(".tb-mute")[_("Show")], field]


def _reference(desk: ChoosingDesk) -> h.Node:
    if len(desk.chosen) < 2:
        return None
    first = desk.chosen[0]
    options = [h.option(value=name, selected=name == first)[name] for name in desk.chosen]
    field = h.select(name="reference", data_change="refer", data_value=first)[options]
    return h.label(".tb-choose.tb-small")[h.span(".tb-mute")[_("Compare with")], field]


def _ticked(desk: ChoosingDesk, shown: Sequence[Offer]) -> str:
    n, seen = len(desk.chosen), {each.name for each in shown}
    hidden = sum(name not in seen for name in desk.chosen)
    text = ngettext("{n} ticked", "{n} ticked", n).format(n=count(n))
    return text + (_(", {n} of them not shown").format(n=count(hidden)) if hidden else "")


def _group(desk: ChoosingDesk, engine: str, own: Sequence[Offer]) -> h.Element:
    title = engine_title(engine)
    on = sum(each.name in desk.chosen for each in own)
    told = _("{on} of {n}").format(on=on, n=len(own))
    return h.div(role="group", aria_label=title, data_key=f"engine-{engine}")[
        h.p(".tb-engine")[h.b[title], h.span(".tb-tiny")[f" {told}"]],
        h.div(".tb-ways-to")[(_method(desk, each) for each in own)],
        _mixed() if home(MIXED) == engine else None,
    ]


def _mixed() -> h.Element:
    """Return the field for a file of so many MiB, within which the bits of each layer are decided."""
    field = h.input(
        type="text", name="mixed", value="", placeholder="90", inputmode="numeric", autocomplete="off", size="5"
    )
    words = _("Mixed precision: bits layer by layer, in a file of at most")
    return h.div(".tb-row.tb-mixed", data_key="mixed")[
        h.label(".tb-choose.tb-small")[h.span(".tb-mute")[words], field, h.span(".tb-mute")["MiB"]],
        h.button(".tb-link", type="button", data_action="mix", data_key="mix")[_("Add")],
    ]


def _method(desk: ChoosingDesk, each: Offer) -> h.Element:
    box = h.input(type="checkbox", name=f"method:{each.name}", checked=each.name in desk.chosen, data_change="tick")
    first = bool(desk.chosen) and each.name == desk.chosen[0]
    return h.label(".tb-way-to", data_key=f"method-{each.name}", title=each.note or None)[
        box,
        h.span[
            h.span(".tb-way-head")[
                h.span[each.name],
                h.span(".tb-tiny")[_bits(each)],
            ],
            h.span(".tb-tiny.tb-clip")[_about(each)],
            h.span(".tb-tiny")[_marks(desk, each, first=first)],
        ],
    ]


def _bits(each: Offer) -> str:
    if each.bits is None:
        return ""
    return ngettext("{n} bit", "{n} bits", round(each.bits)).format(n=f"{each.bits:.3g}")


def _about(each: Offer) -> str:
    return " · ".join(word for word in (each.title, each.note) if word)


def _marks(desk: ChoosingDesk, each: Offer, *, first: bool) -> h.Node:
    """Return what is to be known before it is ticked: what it needs, and what it is predicted to take."""
    told = desk.foretold(each.name)
    words = []
    if told.memory_bytes is not None:
        words.append(_("about {memory}").format(memory=gigabytes(told.memory_bytes)))
    if told.speed is not None:
        words.append(rate(told.speed.decode_tokens_per_s))
    if told.making_s >= _LONG_S:
        words.append(_("{time} to make").format(time=remaining(told.making_s)))
    said = " · ".join(words)
    marks = [_("the reference")] if first else []
    marks += [_("looks at rows")] if each.calibrated else []
    return h.fragment[
        [h.b(data_tone="run")[mark, " · " if said else ""] for mark in marks[:1]],
        [h.span[mark, " · "] for mark in marks[1:]],
        said,
    ]


def _why_not(desk: ChoosingDesk, shown: Sequence[Offer]) -> h.Node:
    """Return the methods that cannot run, folded, by what is missing for them."""
    barred = [each for each in shown if each.barred and not each.lacks]
    lacking: dict[Lack, list[Offer]] = {}
    for each in shown:
        for lack in each.lacks:
            lacking.setdefault(lack, []).append(each)
    n = sum(not each.runs for each in shown)
    if not n:
        return None
    lead = ngettext("{n} method cannot run here: why not", "{n} methods cannot run here: why not", n).format(n=n)
    ticked = [each.name for each in shown if not each.runs and each.name in desk.chosen]
    return h.details(data_key="why-not")[
        h.summary[lead],
        h.div(".tb-lacks")[
            (_lacking(place, lack, own) for place, (lack, own) in enumerate(lacking.items())),
            (h.p(".tb-small")[h.b[each.name], f": {each.barred}"] for each in barred),
            _ticked_all_the_same(ticked),
        ],
    ]


def _ticked_all_the_same(names: Sequence[str]) -> h.Node:
    if not names:
        return None
    text = _("Ticked all the same, each a row with its reason: {names}.").format(names=", ".join(names))
    drop = h.button(".tb-link", type="button", data_action="drop", data_key="drop")[_("Leave them out")]
    return h.p(".tb-small")[text, " ", drop]


def _lacking(place: int, lack: Lack, own: Sequence[Offer]) -> h.Element:
    return h.div(".tb-lack", data_key=f"lack-{place}")[
        h.p(".tb-small")[h.b[", ".join(each.name for each in own)], f": {lack.reason}.", _advice(lack)],
        h.div(".tb-code")[code_block(lack.command, f"lack-{place}")] if lack.command else None,
    ]


def _advice(lack: Lack) -> str:
    return f" {lack.advice}" if lack.advice and not lack.command else ""
