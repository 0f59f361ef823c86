"""One model as a row: what it is, what it takes of this machine, its licence, and what can be done with it."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.models.estimates import download_bytes
from kit.widgets import parts
from kit.widgets.parts import Tone
from kit.widgets.phase import count_words, doing, left_words
from kit.widgets.picking.evidence import short_words
from kit.widgets.picking.offer import Offer
from kit.widgets.picking.page_bars import ways_lines
from kit.widgets.picking.shown import ShownDesk
from kit.widgets.picking.words import about_words, commercial_words, fit_words, gigabytes, method_words

_LICENCE_TONES: dict[str, Tone] = {"no": "bad", "conditions": "warn"}


def model_row(desk: ShownDesk, each: Offer, *, first: bool) -> h.Element:
    """Return the row of a model; the tab key stops at it where it is `first`, the arrow keys go on from there."""
    chosen, opened = each.name == desk.model, each.name == desk.opened
    return h.tr(
        role="row",
        tabindex="0" if first else "-1",
        data_row=True,
        data_key=f"model-{each.name}",
        data_chosen=chosen,
        aria_selected="true" if chosen else "false",
    )[
        h.th(scope="row", role="rowheader")[_name(each, opened=opened), _about(desk, each), _where(desk, each)],
        h.td(role="gridcell", data_left=True)[ways_lines(each, desk.figures(each))],
        h.td(role="gridcell", data_label=_("Licence"), data_licence=True)[_licence(each)],
        h.td(role="gridcell", data_acts=True)[_acts(desk, each, chosen=chosen, opened=opened)],
    ]


def _name(each: Offer, *, opened: bool) -> h.Element:
    return h.button(
        ".tb-link.tb-name",
        type="button",
        data_action="open",
        data_open=True,
        value=each.name,
        data_mute=not each.usable,
        aria_expanded="true" if opened else "false",
    )[each.title]


def _about(desk: ShownDesk, each: Offer) -> h.Node:
    if each.card is None:
        return None
    words = about_words(each.card)
    lines = [h.div(".tb-tiny.tb-whole")[([" · "] * bool(n) + [h.span[word]] for n, word in enumerate(words))]]
    if desk.qualities.measured(each) or desk.sort == "quality":
        evidence = desk.qualities.evidence(each)
        lines.append(h.div(".tb-tiny", title=evidence.words)[short_words(evidence)])
    return lines


def _where(desk: ShownDesk, each: Offer) -> h.Element:
    if desk.getting == each.name and desk.status is not None:
        return h.div(".tb-tiny", data_tone="run")[getting_words(desk)]
    if each.here:
        return h.div(".tb-tiny")[h.span(data_tone="ok")[_("on this machine")]]
    size = gigabytes(download_bytes(each.card)) if each.card else ""
    words = _("not here · {size} to fetch").format(size=size) if size else _("not here")
    gated = each.card is not None and each.card.gated
    return h.div(".tb-tiny")[words, [" · ", h.span(title=_("Accept its terms on the hub first"))[_("gated")]] * gated]


def getting_words(desk: ShownDesk) -> str:
    """Return how far the download is."""
    assert desk.status is not None
    words = [doing(desk.status.phase) or _("starting"), count_words(desk.status), left_words(desk.status)]
    return " · ".join(word for word in words if word)


def _licence(each: Offer) -> h.Node:
    if each.card is None:
        return h.span(".tb-mute")["–"]
    sign, words = commercial_words(each.card)
    tone = _LICENCE_TONES.get(each.card.licence_commercial)
    return h.div(".tb-licence")[
        h.div[each.card.licence],
        h.div(".tb-tiny", title=each.card.licence_terms or None)[h.span(data_tone=tone)[f"{sign} {words}"]],
    ]


def _acts(desk: ShownDesk, each: Offer, *, chosen: bool, opened: bool) -> h.Element:
    if desk.getting == each.name:
        return h.div(".tb-does")[parts.button(_("Stop"), "stop", key="stop-get")]
    if not each.usable:
        return h.div(".tb-does")[_why(each, opened=opened)]
    main = in_use(desk) if chosen else parts.button(_("Use"), "use", value=each.name, key=f"use-{each.name}")
    return h.div(".tb-does")[main, None if each.here else get_button(desk, each.name)]


def _why(each: Offer, *, opened: bool) -> h.Element:
    word = _("why not") if each.barred or not each.ways else fit_words(each.ways[-1].fit)
    return h.button(
        ".tb-link",
        type="button",
        data_action="open",
        value=each.name,
        data_key=f"why-{each.name}",
        aria_expanded="true" if opened else "false",
        aria_label=f"{word}: {each.title}",
    )[word]


def in_use(desk: ShownDesk) -> h.Element:
    """Return the mark of the chosen model, with how its weights are held."""
    return parts.chip(_("in use · {method}").format(method=method_words(desk.method)), "run")


def get_button(desk: ShownDesk, name: str) -> h.Element:
    """Return the button that fetches a model; while another one is on its way it tells so."""
    busy = _("{name} is still on its way.").format(name=desk.getting) if desk.getting else ""
    return h.button(
        ".tb-link",
        type="button",
        data_action="get",
        value=name,
        data_key=f"get-{name}",
        aria_disabled="true" if busy else None,
        aria_label=_("Get {name}").format(name=name),
        title=busy or None,
    )[_("Get")]
