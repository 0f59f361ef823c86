"""The gallery page: a card for each app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import htpy as h

from kit.apps.gallery.frame import first_and_rest, framed
from kit.i18n import _
from kit.version import version


def gallery_page(cards: Sequence[tuple[str, Mapping[str, str]]], *, theme: str, other: str, owner: bool) -> str:
    """Return the gallery.

    Parameters
    ----------
    cards : sequence of (address, what is told)
        As `Entry.told` tells it.
    theme : {"light", "dark"}
        The look of the page.
    other : str
        The address of the page in the other look.
    owner : bool
        May visitors start work?
    """
    n = len(cards)
    counted = _("1 app") if n == 1 else _("{n} apps").format(n=n)
    rights = _("visitors may start work") if owner else _("look and ask only")
    switch = _("Dark") if theme == "light" else _("Light")
    return framed(
        _("Apps"),
        h.header[
            h.h1[_("Apps")],
            h.span(".chip")[counted],
            h.span(".chip")[rights],
            h.span(".space"),
            h.a(href=other)[switch],
        ],
        h.main[h.ul(".cards")[(h.li(".card")[_card(address, told)] for address, told in cards)]],
        h.footer[_("Served by Tunebook {version}.").format(version=version())],
        theme=theme,
    )


def _card(address: str, told: Mapping[str, str]) -> list[h.Node]:
    facts = [(_("Model"), told["model"]), (_told_metric(told), told["accuracy"] or _("not measured here yet"))]
    facts += [(_("Measured"), told["date"])]
    return [
        h.h2[h.a(href=address)[told["title"]]],
        h.p(".about")[told["about"]],
        h.dl(".facts")[((h.dt[name], h.dd[value]) for name, value in facts if value)],
        _limits(told["limits"]),
    ]


def _told_metric(told: Mapping[str, str]) -> str:
    metric = told.get("metric") or _("accuracy")
    return metric[:1].upper() + metric[1:]


def _limits(text: str) -> h.Node:
    first, rest = first_and_rest(text)
    if not rest:
        return h.p(".limit")[first] if first else None
    return h.details[h.summary[first], h.p[rest]]
