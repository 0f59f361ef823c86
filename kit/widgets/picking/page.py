"""The models as HTML: what is looked for, then a table with what each takes of this machine."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.machine import this_machine
from kit.models.fit import room_bytes
from kit.plots.words import count
from kit.widgets import parts
from kit.widgets.origin import model_words
from kit.widgets.picking.desk import PickDesk
from kit.widgets.picking.offer import Offer
from kit.widgets.picking.page_bars import ways_head
from kit.widgets.picking.page_details import details_row
from kit.widgets.picking.page_filters import basis_line, count_line, filter_fields, nothing_found
from kit.widgets.picking.page_rows import get_button, getting_words, in_use, model_row
from kit.widgets.picking.shown import MORE
from kit.widgets.picking.words import fit_words, gigabytes, machine_words
from kit.widgets.trouble import resume_button, trouble


def pick_page(desk: PickDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    found = desk.found()
    shown = found[: max(desk.limit, 1 + _place(desk.opened, found))]
    said = _("{found} of {all} models").format(found=count(len(found)), all=count(len(desk.offers)))
    return parts.card(
        desk.title,
        chips=[parts.chip(machine_words(this_machine()))],
        code=desk.code(),
        line=parts.progress(
            desk.status.share if desk.status else None, on=bool(desk.getting), label=_("Progress of the download")
        ),
        problem=desk.problem,
        spoken=_("Chosen: {model}. {said}").format(model=model_words(desk.model), said=said),
        body=[
            trouble(desk, act=resume_button(desk, main=False)),
            _chosen(desk),
            filter_fields(desk),
            count_line(desk, len(found)),
            basis_line(desk),
            _table(desk, shown) if shown else nothing_found(desk),
            _foot(desk, len(shown), len(found)),
        ],
    )


def _place(name: str, found: list[Offer]) -> int:
    """Return where in the list a model stands, or -1."""
    return next((place for place, each in enumerate(found) if each.name == name), -1)


def _chosen(desk: PickDesk) -> h.Element:
    """Return the model that is chosen, wherever it stands in the list, and the one that is on its way."""
    each = desk.offers[desk.model]
    way = each.way(desk.method) if each.card else None
    words = [_("on this machine") if each.here else _("fetched when a run needs it")]
    if way is not None:
        needed, room = gigabytes(way.fit.needed_bytes), gigabytes(way.fit.room_bytes)
        words.insert(0, _("{needed} of {room}, {fits}").format(needed=needed, room=room, fits=fit_words(way.fit)))
    get = None if each.here or desk.getting == desk.model else get_button(desk, desk.model)
    going = None
    if desk.getting:
        going = h.span(".tb-small", data_tone="run")[f"{model_words(desk.getting)}: {getting_words(desk)}"]
    return h.div(".tb-row.tb-chosen", data_key="chosen")[
        in_use(desk),
        h.b[each.title],
        h.span(".tb-small.tb-mute")[" · ".join(words)],
        get,
        h.span(".tb-space") if going else None,
        going,
    ]


def _table(desk: PickDesk, shown: list[Offer]) -> h.Element:
    measured = any(desk.figures(each) for each in shown)
    names = [each.name for each in shown]
    first = desk.model if desk.model in names else names[0]
    rows = ((model_row(desk, each, first=each.name == first), details_row(desk, each)) for each in shown)
    heads = [_("Model"), ways_head(room_bytes(this_machine()), measured=measured), _("Licence")]
    head = [h.th(scope="col", role="columnheader", data_left=place == 1)[title] for place, title in enumerate(heads)]
    return h.table(".tb-models", role="grid", aria_label=_("Models"), data_key="models", data_measured=measured)[
        h.thead(role="rowgroup")[
            h.tr(role="row")[head, h.th(scope="col", role="columnheader")[h.span(".tb-hush")[_("Action")]]]
        ],
        h.tbody(role="rowgroup")[rows],
    ]


def _foot(desk: PickDesk, shown: int, found: int) -> h.Element:
    more = None
    if found > shown:
        text = _("Show {n} more").format(n=min(MORE, found - shown))
        more = h.button(".tb-link", type="button", data_action="more", data_key="more")[text]
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
