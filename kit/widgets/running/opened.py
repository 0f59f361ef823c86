"""What opens under a run in the list: the end of its log, or the code that does the same once more."""

from __future__ import annotations

import re

import htpy as h

from kit.errors import KitError
from kit.i18n import _
from kit.jobs import Summary
from kit.widgets.highlight import highlight
from kit.widgets.running.desk import RunsDesk

_CHARACTERS = 4000
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")  # colours and cursor moves of a terminal


def opened(desk: RunsDesk, each: Summary, columns: int) -> h.Node:
    """Return the row below that of a run when something of it is open."""
    what, id = desk.opened
    if id != each.id:
        return None
    inner = _log(desk, each) if what == "log" else _code(desk, each)
    return h.tr(role="row", data_key=f"{what}-{id}", data_opened=True)[
        h.td(role="cell", colspan=str(columns), data_left=True)[inner]
    ]


def printable(text: str) -> str:
    """Return what a process printed without what only a terminal understands."""
    return _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _log(desk: RunsDesk, each: Summary) -> list[h.Node]:
    text = printable(desk.listing.run(each.id).log_tail(_CHARACTERS)).strip()
    lead = h.p[h.b[each.cause], " ", h.span(".tb-mute")[each.fix]] if each.cause else None
    note = _("The end of log.txt in {folder}").format(folder=desk.listing.run(each.id).folder)
    log = h.pre(".tb-log", tabindex="0", aria_label=_("Log"))[text] if text else None
    return [lead, log, h.p(".tb-tiny")[note if text else _("The process printed nothing.")]]


def _code(desk: RunsDesk, each: Summary) -> h.Node:
    try:
        code = desk.code_of(each.id)
    except KitError as exc:  # written by a package that is not here (any more)
        return h.p[h.b[exc.problem], " ", h.span(".tb-mute")[exc.fix]]
    copy = h.button(".tb-link", type="button", data_copy="code-of-run")[h.span[_("Copy")], h.span[_("Copied")]]
    return h.div(".tb-code")[h.pre(data_part="code-of-run", tabindex="0")[highlight(code)], copy]
