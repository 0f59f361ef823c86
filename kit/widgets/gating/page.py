"""The data gate as HTML: what the data is, what was found, its rows, and what can be repaired."""

from __future__ import annotations

import time

import htpy as h

from kit.gate.words import check_words
from kit.i18n import _, ngettext
from kit.jobs import Run, Summary
from kit.widgets import parts
from kit.widgets.gating.desk import DataDesk
from kit.widgets.gating.page_repair import repair_part
from kit.widgets.gating.page_report import progress_line, report_part
from kit.widgets.gating.page_rows import rows_part
from kit.widgets.gating.page_settings import settings_part
from kit.widgets.gating.page_source import source_part
from kit.widgets.gating.words import gate_chip
from kit.widgets.phase import attempt_words
from kit.widgets.trouble import queue_buttons, resume_button

_FEW = 5


def data_page(desk: DataDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    return parts.card(
        desk.title,
        chips=_chips(desk),
        action=_action(desk),
        code=desk.code() if desk.source else "",
        line=progress_line(desk),
        problem=desk.problem,
        spoken=_spoken(desk),
        body=[
            source_part(desk),
            settings_part(desk) if desk.editing and desk.source and not desk.unreadable() else None,
            report_part(desk),
            repair_part(desk),
            rows_part(desk),
            _earlier(desk),
        ],
    )


def _chips(desk: DataDesk) -> list[h.Element]:
    status = desk.status
    if status is None or (desk.editing and status.over):
        if desk.source and desk.unreadable():
            return [parts.chip(_("cannot be read"), "bad")]
        return [parts.chip(_("ready") if desk.source else _("no data yet"))]
    words = [gate_chip(status, desk.place), (attempt_words(status.attempt), "")]
    return [parts.chip(text, tone) for text, tone in words if text]


def _action(desk: DataDesk) -> h.Node:
    status = desk.status
    if status is not None and not status.over:
        stopping = _("It stops at the next step.") if status.state == "stopping" else ""
        return [*queue_buttons(desk), parts.button(_("Stop"), "stop", key="stop", why=stopping)]
    if desk.editing:
        back = parts.button(_("Back"), "back", key="back") if desk.report else None
        return [back, parts.button(_("Check"), "start", key="start", main=True, why=desk.no_start())]
    return [resume_button(desk), parts.button(_("Check again"), "again", key="again")]


def _spoken(desk: DataDesk) -> str:
    """Return what a screen reader should say: changes of state, not every row."""
    result = desk.result()
    if result is not None and not desk.editing:
        return str(result.facts.get("summary", ""))
    found = desk.findings()
    if not found:
        return ""
    last = list(found.values())[-1]
    return f"{check_words(last['check'])}: {last['summary']}"


def _earlier(desk: DataDesk) -> h.Node:
    """Return earlier reports on the same data, to be opened."""
    found = desk.earlier()
    if not found:
        return None
    told = ngettext("{n} earlier report on this data", "{n} earlier reports on this data", len(found))
    return h.details(".tb-gate-earlier", data_key="earlier")[
        h.summary[told.format(n=len(found))], h.ul(".tb-reasons")[(_report(run, each) for run, each in found[:_FEW])]
    ]


def _report(run: Run, each: Summary) -> h.Element:
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.created))
    return h.li[
        h.button(".tb-link", type="button", data_action="earlier", value=run.id, data_key=f"earlier-{run.id}")[
            _("Open"), h.span(".tb-hush")[f" {at}"]
        ],
        f" {at}",
        h.span(".tb-mute")[f" · {run.id.rpartition('-')[2]}"],
    ]
