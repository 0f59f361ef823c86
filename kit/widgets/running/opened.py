"""What opens under a run in the list: the end of its log, why it ended, or the code that does the same once more."""

from __future__ import annotations

import htpy as h

from kit.errors import KitError
from kit.i18n import _
from kit.jobs import Summary
from kit.widgets.copying import code_block, log_block, printable
from kit.widgets.parts import sentences
from kit.widgets.running.desk import RunsDesk

_CHARACTERS = 4000


def opened(desk: RunsDesk, each: Summary, columns: int) -> h.Node:
    """Return the row below that of a run when something of it is open."""
    what, id = desk.opened
    if id != each.id or (what == "why" and not each.cause):
        return None
    inner = {"log": _log, "code": _code, "why": _why}[what](desk, each)
    return h.tr(role="row", data_key=f"{what}-{id}", data_opened=True)[
        h.td(role="cell", colspan=str(columns), data_left=True)[inner]
    ]


def _why(desk: RunsDesk, each: Summary) -> list[h.Node]:
    first, rest = sentences(each.cause)
    return [
        h.p[h.b[first], h.span(".tb-mute")[f" {rest}"] if rest else None],
        h.p[each.fix] if each.fix else None,
    ]


def _log(desk: RunsDesk, each: Summary) -> list[h.Node]:
    run = desk.listing.run(each.id)
    text = printable(run.log_tail(_CHARACTERS)).strip()
    note = _("The end of log.txt in {folder}").format(folder=run.folder)
    log = log_block(text, "log-of-run") if text else None
    return [
        _why(desk, each) if each.cause else None,
        log,
        h.p(".tb-tiny")[note if text else _("The process printed nothing.")],
    ]


def _code(desk: RunsDesk, each: Summary) -> h.Node:
    try:
        code = desk.code_of(each)
    except KitError as exc:  # written by a package that is not here (any more)
        return h.p[h.b[exc.problem], " ", h.span(".tb-mute")[exc.fix]]
    return h.div(".tb-code")[code_block(code, "code-of-run")]
