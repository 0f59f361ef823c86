"""A little colour in the Python that a panel shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import htpy as h

_TOKEN = re.compile(
    r"(?P<s>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|\#[^\n]*)"
    r"|(?P<n>(?<![\w.])\d[\d_.]*(?:e[-+]?\d+)?)"
    r"|(?P<k>\b(?:import|from|as|True|False|None)\b)"
)


def highlight(code: str) -> Iterator[h.Node]:
    """Yield `code` with strings, numbers and keywords marked; the text itself is unchanged."""
    at = 0
    for token in _TOKEN.finditer(code):
        yield code[at : token.start()]
        yield h.span(f".{token.lastgroup}")[token.group()]
        at = token.end()
    yield code[at:]
