"""The models as HTML: a table with what each takes of this machine."""

from __future__ import annotations

import htpy as h

from kit.i18n import N_, _
from kit.machine import this_machine
from kit.plots.words import number, parameters
from kit.widgets import parts
from kit.widgets.origin import model_words
from kit.widgets.phase import count_words, doing, left_words
from kit.widgets.picking.desk import LICENCES, SORTS, PickDesk
from kit.widgets.picking.offer import Offer, machine_words, reason, size_words
from kit.widgets.trouble import resume_button, trouble

_SAYS = {
    "here": N_("on this machine first"),
    "size": N_("smallest first"),
    "new": N_("newest first"),
    "any": N_("any"),
    "commercial": N_("commercial use"),
}


def pick_page(desk: PickDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    return parts.card(
        desk.title,
        chips=[parts.chip(machine_words(this_machine()))],
        code=f"import kit\n\nmodel = {desk.model!r}",
        line=parts.progress(
            desk.status.share if desk.status else None, on=bool(desk.getting), label=_("Progress of the download")
        ),
        problem=desk.problem,
        spoken=_("Chosen: {model}").format(model=model_words(desk.model)),
        body=[_filters(desk), trouble(desk, act=resume_button(desk, main=False)), _table(desk), _foot(desk)],
    )


def _filters(desk: PickDesk) -> h.Element:
    return h.div(".tb-row", data_key="filters")[
        _select("licence", _("Licence"), LICENCES, desk.licence), _select("sort", _("Order"), SORTS, desk.sort)
    ]


def _select(name: str, label: str, values: tuple[str, ...], chosen: str) -> h.Element:
    options = [h.option(value=value, selected=value == chosen)[_(_SAYS[value])] for value in values]
    field = h.select(name=name, data_change="filter", data_value=chosen)[options]
    return h.label(".tb-check.tb-small.tb-mute")[label, field]


def _table(desk: PickDesk) -> h.Element:
    titles = [_("Model"), _("Parameters"), _("Memory in bf16, predicted"), _("Licence"), ""]
    head = [
        h.th(scope="col", role="columnheader", data_left=place == 2)[title or h.span(".tb-hush")[_("Action")]]
        for place, title in enumerate(titles)
    ]
    return h.table(role="table", aria_label=_("Models"))[
        h.thead(role="rowgroup")[h.tr(role="row")[head]],
        h.tbody(role="rowgroup")[(_row(desk, each) for each in desk.shown())],
    ]


def _row(desk: PickDesk, each: Offer) -> h.Element:
    chosen = each.name == desk.model
    card = each.card
    return h.tr(role="row", data_key=f"model-{each.name}", data_chosen=chosen, aria_current="true" if chosen else None)[
        h.th(scope="row", role="rowheader")[h.span(data_mute=not each.usable)[_title(each)], _where(desk, each)],
        h.td(role="cell", data_label=_("Parameters"))[parameters(card.parameters) if card else "–"],
        h.td(role="cell", data_left=True, data_label=_("Memory in bf16, predicted"))[_memory(each)],
        h.td(role="cell", data_label=_("Licence"), style="white-space: normal")[card.licence if card else "–"],
        h.td(role="cell")[_button(desk, each, chosen)],
    ]


def _title(each: Offer) -> str:
    return each.card.title if each.card else model_words(each.name)


def _where(desk: PickDesk, each: Offer) -> h.Element:
    if desk.getting == each.name and desk.status is not None:
        status = desk.status
        words = [doing(status.phase) or _("starting"), count_words(status), left_words(status)]
        text = " · ".join(word for word in words if word)
    else:
        text = _("on this machine") if each.here else _("not here")
        if each.name == desk.model and not each.here:
            text += _(" · fetched when a run needs it")
        if each.card is not None and each.card.gated and not each.here:
            text += _(" · gated: accept its terms on the hub first")
        if each.card is not None and size_words(each.card):
            text += f" · {size_words(each.card)}"
    return h.div(".tb-tiny", data_tone="ok" if each.here else None)[text]


def _memory(each: Offer) -> h.Node:
    if each.needed_gb is None:
        return h.span(".tb-mute")[_("not in the catalogue")]
    room, needed = number(each.machine_gb), number(each.needed_gb)
    if each.fits == "no":
        text = _("{needed} GB, does not fit in {room}").format(needed=needed, room=room)
    else:
        text = _("{needed} of {room} GB").format(needed=needed, room=room)
    tone: parts.Tone = "warn" if each.fits == "tight" else "bad" if each.fits == "no" else ""
    extra: h.Node = None
    if each.fits != "yes":
        word = _(", tight") if each.fits == "tight" else ""
        if each.smaller is not None:
            method, smaller = each.smaller
            word += _(" · {method} needs {n}").format(method=method, n=number(smaller))
        extra = [word, " · ", parts.why(reason(each), word=_("why"))]
    return h.div(".tb-wide")[
        parts.bar(each.needed_gb / each.machine_gb, tone, text), h.div(".tb-tiny.tb-inline")[text, extra]
    ]


def _button(desk: PickDesk, each: Offer, chosen: bool) -> h.Node:
    if desk.getting == each.name:
        return parts.button(_("Stop"), "stop", key="stop-get")
    if not each.usable:
        return h.span(".tb-tiny")[_("too large")]
    if not each.here:
        busy = _("{name} is still on its way.").format(name=desk.getting) if desk.getting else ""
        return parts.button(_("Get"), "get", value=each.name, main=chosen, why=busy)
    if chosen:
        return h.span(".tb-chip", data_tone="run")[_("in use")]
    return parts.button(_("Use"), "use", value=each.name)


def _foot(desk: PickDesk) -> h.Element:
    n = desk.hidden()
    more = None
    if n or desk.everything:
        text = _("Show fewer") if desk.everything else _("Show {n} more").format(n=n)
        more = h.button(".tb-link", type="button", data_action="more")[text]
    other = h.details(".tb-other")[
        h.summary[_("Another model")],
        h.div(".tb-row")[
            h.label(".tb-field", style="flex: 1 1 220px")[
                h.span(".tb-tiny")[_("Hub id, folder, GGUF file, package:NAME, run:ID or registry:NAME")],
                h.input(type="text", name="other", autocomplete="off", spellcheck="false"),
            ],
            parts.button(_("Use"), "use", key="use-other"),
        ],
    ]
    return h.div(".tb-row", data_key="foot")[more, other]
