"""What all pages around the apps are framed by. Pure: values in, HTML out, everything escaped."""

from __future__ import annotations

from pathlib import Path

import htpy as h
from markupsafe import Markup

_SHEET = Markup(Path(__file__).with_name("sheet.css").read_text(encoding="utf-8"))


def framed(title: str, *body: h.Node, theme: str = "light", head: h.Node = None) -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
        Of the window.
    body : node
        What is on it.
    theme : {"light", "dark"}
        Its look.
    head : node, optional
        What else stands in its head.
    """
    page = h.html(lang="en", data_theme=theme)[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(name="viewport", content="width=device-width, initial-scale=1"),
            h.title[title],
            h.link(rel="icon", href="data:,"),  # or the browser asks for one
            head,
            h.style[_SHEET],
        ],
        h.body[body],
    ]
    return "".join(page.iter_chunks())


def first_and_rest(text: str) -> tuple[str, str]:
    """Return the first sentence of a text, and the rest of it."""
    first, _dot, rest = text.partition(". ")
    return (f"{first}." if rest else first), rest
