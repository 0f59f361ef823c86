"""The foot of an app: which model answers, how good it was measured to be, when, and what it is not for."""

from __future__ import annotations

import re
from collections.abc import Mapping

import htpy as h
from markupsafe import Markup

from kit.apps.gallery.frame import first_and_rest
from kit.i18n import _

_END = re.compile(
    r"\s*</div>\s*</div>\s*<script[^>]*>\s*window\.voila_finish\(\)"
)  # of the cells, in Voila's templates
_BODY = re.compile(r"</body>")  # of other templates
_STYLE = Markup(
    ".tb-foot{display:block;box-sizing:border-box;margin:24px 0 0;padding:10px 5px 14px;font:12px/1.5 "
    'var(--jp-ui-font-family,system-ui,"Segoe UI",Roboto,sans-serif);font-variant-numeric:tabular-nums;'
    "color:color-mix(in srgb,var(--jp-ui-font-color1,#1f2328) 76%,var(--jp-layout-color1,#fff));"
    "background:var(--jp-layout-color1,#fff);border-top:1px solid var(--jp-border-color2,#dfe3e8);"
    "overflow-wrap:anywhere}"
    ".tb-foot span+span::before{content:' · '}"
    ".tb-foot a{color:var(--jp-brand-color1,#0b62bb)}.tb-foot details{display:inline}"
    ".tb-foot summary{display:inline;cursor:pointer;text-decoration:underline dotted}.tb-foot p{margin:4px 0 0}"
)


def foot(told: Mapping[str, str], *, owner: bool, home: str = "") -> str:
    """Return the foot of an app as HTML.

    Parameters
    ----------
    told : mapping
        As `Entry.told` tells it.
    owner : bool
        May visitors start work?
    home : str, default ""
        The address of the gallery, where there is one.
    """
    first, rest = first_and_rest(told["limits"])
    metric = told.get("metric") or _("accuracy")
    accuracy = f"{metric} {told['accuracy']}" if told["accuracy"] else _("accuracy not measured yet")
    said = [
        told["model"],
        accuracy,
        _("measured {date}").format(date=told["date"]) if told["date"] else "",
        "" if owner else _("visitors look and ask, only the owner starts work"),
    ]
    limits = h.details[h.summary[first], h.p[rest]] if rest else first
    element = h.footer(".tb-foot", aria_label=_("About this app"))[
        h.style[_STYLE],
        (h.span[text] for text in said if text),
        h.span[h.a(href=home)[_("All apps")]] if home else None,
        h.span[limits] if first else None,
    ]
    return "".join(element.iter_chunks())


def with_foot(piece: str, below: str) -> str:
    """Return a piece of Voila's page with `below` after the last cell, or at the end of the body, where that is in it.

    Voila moves the cells when the page is whole, so in its usual template the foot must be among them.
    """
    at = _END.search(piece) or _BODY.search(piece)
    return piece if at is None else piece[: at.start()] + below + piece[at.start() :]
