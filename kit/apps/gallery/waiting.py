"""The page of a visitor for whom there is no place yet; it goes on by itself."""

from __future__ import annotations

import json

import htpy as h
from markupsafe import Markup

from kit.apps.gallery.frame import framed
from kit.i18n import _

EVERY_S = 2

# Asks for the place in line; at 0 the same address, with the ticket, shows the app. A failed request is asked again.
_SCRIPT = """
const {ask, enter, every, words} = JSON.parse(document.getElementById('line').textContent);
const said = document.getElementById('place');
async function look() {
  try {
    const answer = await fetch(ask, {credentials: 'same-origin', cache: 'no-store'});
    if (answer.redirected) { location.reload(); return; }
    const {place} = await answer.json();
    if (place === 0) { location.replace(enter); return; }
    const text = place === 1 ? words[0] : words[1].replace('{n}', place);
    if (said.textContent !== text) said.textContent = text;
  } catch (error) { console.debug(error); }
  setTimeout(look, every);
}
setTimeout(look, every);
document.addEventListener('visibilitychange', () => document.hidden || look());
"""


def waiting_page(title: str, place: int, *, ask: str, enter: str, visitors: int, theme: str) -> str:
    """Return the page that waits.

    Parameters
    ----------
    title : str
        Of the app.
    place : int
        In the line, 1 the next.
    ask : str
        The address that tells the place.
    enter : str
        The address of the app, with the ticket.
    visitors : int
        How many there is room for.
    theme : {"light", "dark"}
        The look of the page.
    """
    words = [_("You are next."), _("You are number {n} in line.")]
    values = json.dumps({"ask": ask, "enter": enter, "every": EVERY_S * 1000, "words": words}).replace("<", "\\u003c")
    return framed(
        title,
        h.main[
            h.section(".one")[
                h.h1[title],
                h.p[_taken(visitors)],
                h.p("#place", role="status")[words[0] if place == 1 else words[1].format(n=place)],
                h.div(".line", aria_hidden="true")[h.i],
                h.p(".mute")[_("A place is free when somebody closes the app. You can leave this tab open meanwhile.")],
            ]
        ],
        h.script("#line", type="application/json")[Markup(values)],
        h.script[Markup(_SCRIPT)],
        theme=theme,
        head=h.noscript[h.meta(http_equiv="refresh", content=f"5; url={enter}")],
    )


def _taken(visitors: int) -> str:
    if visitors == 1:
        return _("The only place is taken just now. This page goes on by itself.")
    return _("All {n} places are taken just now. This page goes on by itself.").format(n=visitors)
