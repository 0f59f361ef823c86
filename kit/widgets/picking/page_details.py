"""The details of one model: why it fits or not and what would, every way of holding it, the facts of its card."""

from __future__ import annotations

import htpy as h

from kit.i18n import _, ngettext
from kit.lack import Lack
from kit.models import ModelCard
from kit.models.details import unverified_words
from kit.models.estimates import METHOD_BITS, disk_bytes, download_bytes
from kit.plots.words import count, parameters
from kit.quantization import methods as registered
from kit.widgets import parts
from kit.widgets.copying import code_block
from kit.widgets.picking.languages import language_words
from kit.widgets.picking.offer import Offer, Way
from kit.widgets.picking.page_bars import decode_words, memory_words, prefill_words, state
from kit.widgets.picking.shown import ShownDesk
from kit.widgets.picking.words import commercial_words, field_words, gigabytes, reads_words

COLUMNS = 4
_FEW = 10  # languages that are named at once


def details_row(desk: ShownDesk, each: Offer) -> h.Node:
    """Return the opened details below a row, or nothing."""
    if each.name != desk.opened:
        return None
    return h.tr(role="row", data_opened=True, data_key=f"details-{each.name}")[
        h.td(role="gridcell", colspan=str(COLUMNS))[
            h.div(".tb-details")[
                h.div(".tb-half")[_reasons(each), _change(desk, each), _ways(desk, each), _missing(each)],
                h.div(".tb-half")[_evidence(desk, each), _facts(each)],
            ]
        ]
    ]


def _reasons(each: Offer) -> h.Node:
    told: list[h.Node] = [each.barred] if each.barred else []
    if each.ways:
        fit = each.ways[0].fit
        told += [[h.b[f"{fit.method}: "] if not n else None, text] for n, text in enumerate(fit.reasons)]
    return h.ul(".tb-reasons")[(h.li[text] for text in told)] if told else None


def _change(desk: ShownDesk, each: Offer) -> h.Node:
    """Return the nearest change that would make it fit as published, with a button that makes it."""
    if each.barred or not each.ways or each.ways[0].fit.state != "no":
        return None
    fit = each.ways[0].fit
    if fit.change is None:
        return h.p(".tb-small")[fit.advice]
    other = desk.offers.get(fit.change.model)
    sibling = fit.change.kind == "sibling" and other is not None
    word = _("Use {title}").format(title=other.title) if sibling and other else _("Change and use")
    return h.p(".tb-row.tb-nearest")[
        h.span[fit.change.words], parts.button(word, "change", value=f"{fit.method}:{each.name}", key="change")
    ]


def _ways(desk: ShownDesk, each: Offer) -> h.Node:
    if each.card is None:
        return None
    also = _(" → measured") if desk.figures(each) else ""
    titles = [_("Precision"), _("Memory"), _("On disk"), _("Prefill"), _("Decode"), _("Fits"), ""]
    head = [h.th(scope="col", role="columnheader")[title or h.span(".tb-hush")[_("Action")]] for title in titles]
    ways = [each.way(name) for name in registered() if name in METHOD_BITS]
    learned = max((way.speed.learned_from for way in ways if way.speed is not None), default=0)
    put_right = ngettext(
        "; speed put right by {n} measurement here", "; speed put right by {n} measurements here", learned
    )
    return h.div[
        h.p(".tb-tiny")[
            _("Predicted{also}, for a context of {context} tokens and a batch of {batch}").format(
                also=also, context=count(desk.context), batch=count(desk.batch)
            ),
            put_right.format(n=count(learned)) if learned else None,
        ],
        h.table(".tb-precisions", role="table", aria_label=_("Every precision"))[
            h.thead(role="rowgroup")[h.tr(role="row")[head]],
            h.tbody(role="rowgroup")[(_way(desk, each, way) for way in ways)],
        ],
    ]


def _way(desk: ShownDesk, each: Offer, way: Way) -> h.Element:
    assert each.card is not None
    figures = desk.figures(each).get(way.method)
    return h.tr(role="row", data_key=f"way-{way.method}")[
        h.th(scope="row", role="rowheader", data_name=True)[way.method],
        h.td(role="cell", data_label=_("Memory"))[memory_words(way, figures)],
        h.td(role="cell", data_label=_("On disk"))[gigabytes(disk_bytes(each.card, way.method))],
        h.td(role="cell", data_label=_("Prefill"))[prefill_words(way, figures)],
        h.td(role="cell", data_label=_("Decode"))[decode_words(way, figures)],
        h.td(role="cell", data_label=_("Fits"))[state(way)],
        h.td(role="cell")[_hold(desk, each, way)],
    ]


def _hold(desk: ShownDesk, each: Offer, way: Way) -> h.Node:
    if each.barred or not way.runs:
        return None
    if each.name == desk.model and way.method == desk.method:
        return parts.chip(_("in use"), "run")
    return parts.button(_("Use"), "hold", value=f"{way.method}:{each.name}", key=f"hold-{way.method}")


def _missing(each: Offer) -> h.Node:
    """Return the commands that add what is missing for some method, each with its reason."""
    if each.barred:
        return None
    needing: dict[Lack, list[str]] = {}
    for name in registered():
        for lack in each.terms.lacks.get(name, ()):
            needing.setdefault(lack, []).append(name)
    return [
        h.div(".tb-lack")[
            h.p(".tb-small")[h.b[", ".join(names) + ": "], f"{lack.reason}."],
            h.div(".tb-code")[code_block(lack.command, f"command-{place}")] if lack.command else None,
        ]
        for place, (lack, names) in enumerate(needing.items())
    ]


def _evidence(desk: ShownDesk, each: Offer) -> h.Element:
    words = desk.qualities.evidence(each).words
    scores = each.card.scores if each.card else ()
    lines = (h.li[f"{s.benchmark} {s.value:.0%} · {s.reporter} · {s.setting}"] for s in scores)
    every = h.details(".tb-small")[
        h.summary[ngettext("{n} published score", "{n} published scores", len(scores)).format(n=len(scores))],
        h.ul(".tb-reasons")[lines],
    ]
    return h.div[h.p(".tb-small")[h.b[_("Quality: ")], words], every if scores else None]


def _facts(each: Offer) -> h.Node:
    if each.card is None:
        return None
    pairs = [(name, value) for name, value in _pairs(each.card, each.here) if value]
    return h.dl(".tb-facts")[((h.dt[name], h.dd[value]) for name, value in pairs)]


def _languages(card: ModelCard) -> h.Node:
    """Return the languages, of many only the first few at once."""
    words = [language_words(code) for code in card.languages]
    if len(words) <= _FEW + 2:
        return ", ".join(words)
    rest = h.details[h.summary[_("and {n} more").format(n=len(words) - _FEW)], h.span[", ".join(words[_FEW:])]]
    return h.span(".tb-inline")[", ".join(words[:_FEW]), " ", rest]


def _pairs(card: ModelCard, here: bool) -> list[tuple[str, h.Node]]:
    active = _(", {n} of them work on a token").format(n=parameters(card.active_parameters))
    whole = parameters(card.parameters) + (active if card.experts is not None else "")
    licence = " · ".join(word for word in (card.licence, commercial_words(card)[1], card.licence_terms) if word)
    gated = _("gated: accept its terms on the hub before the download") if card.gated and not here else ""
    return [
        (_("Parameters"), whole),
        (_("Reads"), reads_words(card.modality)),
        (_("Context"), _("{n} tokens").format(n=count(card.context))),
        (_("Licence"), licence),
        (_("Access"), gated),
        (_("Download"), "" if here else gigabytes(download_bytes(card))),
        (_("Languages"), _languages(card)),
        (_("Made for"), ", ".join(field_words(tag) for tag in card.tags)),
        (_("Made from"), card.base or ""),
        (_("Released"), card.released),
        (_("Where"), card.path or card.hub_id),
        (_("Figures from"), card.source),
        (_("Terms from"), card.terms_source),
        (_("Not verified"), unverified_words(card)),
    ]
