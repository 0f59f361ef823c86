"""The report as HTML: the verdict in a sentence, a row for each check, and what stands behind it when it is opened."""

from __future__ import annotations

from typing import Any

import htpy as h

from kit.gate.finding import LEVELS
from kit.gate.registry import CHECKS
from kit.gate.words import check_words, verdict_words
from kit.i18n import _, ngettext
from kit.jobs import Status
from kit.plots.words import count
from kit.widgets import parts
from kit.widgets.gating.drawings import drawing
from kit.widgets.gating.repair import RepairDesk
from kit.widgets.gating.words import by_gravity, doing_words, level_mark, verdict_tone
from kit.widgets.trouble import trouble, waiting

_FIRST = 5  # rows of a finding that are shown
_TEXT = 220  # characters of one of them


def report_part(desk: RepairDesk) -> h.Node:
    """Return what was found so far, or nothing before a check was started."""
    status = desk.report_status
    if status is None or desk.report is None:
        return None
    return h.div(".tb-section.tb-report", data_key="report")[_verdict(desk, status), _ended(desk, status), _table(desk)]


def _verdict(desk: RepairDesk, status: Status) -> h.Node:
    result, findings = desk.result(), desk.findings()
    if result is not None:
        level = str(result.facts.get("verdict", "ok"))
        words, tone = verdict_words(level), verdict_tone(level)
        told = str(result.facts.get("summary", ""))
        return h.p(".tb-gate-verdict")[
            h.b(data_tone=tone)[words], h.span[" ", told], h.span(".tb-mute")[_next_step(desk)]
        ]
    if status.over:
        return None
    worst = max((each["level"] for each in findings.values()), key=LEVELS.index, default="ok")
    told = ngettext("{n} check of {all} has told", "{n} checks of {all} have told", len(findings)).format(
        n=len(findings), all=len(findings) + len(desk.awaited())
    )
    so_far = "" if worst == "ok" else f" · {verdict_words(worst)}"
    return h.p(".tb-gate-verdict")[
        h.b[_("Looking at every row.")], h.span(".tb-mute")[f" {told}{so_far}"], waiting(status)
    ]


def _next_step(desk: RepairDesk) -> str:
    """Return what there is to do about it."""
    if desk.editing or not desk.repairable():
        return ""
    if desk.cleaned() is not None:
        return " " + _("That was before the cleaning: check the cleaned data.")
    return " " + _("What can be repaired stands below.")


def _ended(desk: RepairDesk, status: Status) -> h.Node:
    """Return why a check came to no end."""
    if desk.run is not None and desk.report is not None and desk.run.id == desk.report.id:
        if status.state == "stopped":
            return h.p(".tb-say.tb-mute")[_("Stopped before every row was read: this report has no verdict.")]
        return trouble(desk)
    return None


def _table(desk: RepairDesk) -> h.Node:
    findings, awaited, status = desk.findings(), desk.awaited(), desk.report_status
    if not findings and not awaited:
        return None
    over = status is None or status.over
    told = by_gravity(findings) if over else list(findings.values())  # rows that come move no others
    names = (("", _("Check")), ("", _("Verdict")), ("words", _("What was found")), ("", _("Rows")))
    head = [
        h.th(scope="col", role="columnheader", data_words=bool(kind), data_left=place == 1)[name]
        for place, (kind, name) in enumerate(names)
    ]
    return h.table(".tb-gate", role="table", aria_label=_("What was found"), data_key="findings")[
        h.thead(role="rowgroup")[h.tr(role="row")[head]],
        h.tbody(role="rowgroup")[
            ([_row(desk, each), _opened(desk, each)] for each in told),
            (_awaited(name, status) for name in awaited),
        ],
    ]


def _row(desk: RepairDesk, finding: dict[str, Any]) -> h.Element:
    name, opened = finding["check"], finding["check"] in desk.opened
    button = h.button(
        ".tb-link.tb-name",
        type="button",
        data_action="open",
        data_open=True,
        value=name,
        aria_expanded="true" if opened else "false",
        data_key=f"open-{name}",
    )[check_words(name)]
    rows = int(finding["rows"])
    return h.tr(role="row", data_key=f"finding-{name}", data_row=True, data_level=finding["level"])[
        h.th(scope="row", role="rowheader")[button],
        h.td(role="cell", data_left=True, data_level=True)[level_mark(finding["level"])],
        h.td(role="cell", data_words=True)[finding["summary"]],
        h.td(role="cell", data_label=_("Rows"), data_of="rows")[count(rows) if rows else "–"],
    ]


def _awaited(name: str, status: Status | None) -> h.Element:
    now = status is not None and status.phase == f"checking {name}"
    told = doing_words(status) if now and status is not None else _("waits")
    return h.tr(role="row", data_key=f"finding-{name}", data_level="waits")[
        h.th(scope="row", role="rowheader")[h.span(".tb-mute")[check_words(name)]],
        h.td(role="cell", data_left=True, data_level=True)[h.span(".tb-mute")["–"]],
        h.td(role="cell", data_words=True)[told],
        h.td(role="cell", data_label=_("Rows"), data_of="rows")["–"],
    ]


def _opened(desk: RepairDesk, finding: dict[str, Any]) -> h.Node:
    name = finding["check"]
    if name not in desk.opened:
        return None
    return h.tr(role="row", data_key=f"opened-{name}", data_opened=True)[
        h.td(role="cell", colspan="4", data_left=True)[
            h.div(".tb-all")[
                h.p(".tb-small.tb-mute")[_asks(name)],
                drawing(name, finding["numbers"], desk.width),
                _examples(desk, finding),
                _all_rows(desk, finding),
            ]
        ]
    ]


def _asks(name: str) -> str:
    return _(CHECKS[name].asks) if name in CHECKS else ""


def _examples(desk: RepairDesk, finding: dict[str, Any]) -> h.Node:
    """Return the first rows that it points at, each with the row that it is like."""
    shown = finding["examples"][:_FIRST]
    if not shown:
        return None
    wanted = [(flag["part"], flag["number"]) for flag in shown]
    wanted += [(part, number) for flag in shown for part, number in flag["others"][:1]]
    texts = desk.texts(list(dict.fromkeys(wanted)))
    return h.ul(".tb-flags")[(_example(desk, flag, texts) for flag in shown)]


def _example(desk: RepairDesk, flag: dict[str, Any], texts: dict[tuple[str, int], str]) -> h.Element:
    own = texts.get((flag["part"], flag["number"]), "")
    likes = [(part, number, texts.get((part, number), "")) for part, number in flag["others"][:1]]
    return h.li[
        h.div[h.b[desk.named(flag["part"], flag["number"])], " ", flag["message"]],
        _quote(own),
        [
            h.div(".tb-like")[h.span(".tb-tiny")[desk.named(part, number)], _quote(text)]
            for part, number, text in likes
            if text and text != own  # the same text once more tells nothing
        ],
    ]


def _quote(text: str) -> h.Node:
    if not text:
        return None
    cut = text if len(text) <= _TEXT else text[:_TEXT] + "…"
    return h.p(".tb-quote", title=text if cut != text else None)[cut]


def _all_rows(desk: RepairDesk, finding: dict[str, Any]) -> h.Node:
    rows = int(finding["rows"])
    if not rows or not desk.problems:
        return None
    word = ngettext("Show this row below", "List all {n} rows below", rows).format(n=count(rows))
    return h.p[
        h.button(
            ".tb-link", type="button", data_action="only", value=finding["check"], data_key=f"only-{finding['check']}"
        )[word]
    ]


def progress_line(desk: RepairDesk) -> h.Node:
    """Return the thin line under the header while something runs."""
    status = desk.status
    on = status is not None and not status.over
    share = status.share if status is not None and status.total and status.total > 1 else None
    return parts.progress(share, on=on, label=_("Progress of the check"))
