"""What a person reads line by line and may copy: code and logs."""

from __future__ import annotations

import re

import htpy as h

from kit.i18n import _
from kit.widgets.highlight import highlight

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")  # colours and cursor moves of a terminal


def printable(text: str) -> str:
    """Return what a process printed without what only a terminal understands."""
    return _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def code_block(code: str, part: str) -> list[h.Element]:
    """Return code with its Copy button; `part` names it in its panel."""
    return [h.pre(data_part=part)[highlight(code)], _copy(part)]


def log_block(text: str, part: str) -> h.Element:
    """Return lines that a process printed, the last of them in sight, with a Copy button."""
    # The box that scrolls holds the text as a column from its end: so it stays at the end while the log grows.
    lines = h.div(".tb-log", tabindex="0", role="group", aria_label=_("Log"))[h.pre(data_part=part)[text]]
    return h.div(".tb-logged")[lines, _copy(part)]


def _copy(part: str) -> h.Element:
    return h.button(".tb-link", type="button", data_copy=part)[h.span[_("Copy")], h.span[_("Copied")]]
