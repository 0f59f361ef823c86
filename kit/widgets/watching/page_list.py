"""The machines as a list, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h

from kit.i18n import _, ngettext
from kit.widgets import parts
from kit.widgets.watching.desk import FEW, MachineDesk
from kit.widgets.watching.order import STATES, Row
from kit.widgets.watching.words import how_long, percent


def list_part(desk: MachineDesk, rows: Sequence[Row], chosen: Row) -> h.Element:
    """Return the list; of many machines the most urgent, and always the one that is looked at."""
    shown = rows if desk.every else [row for place, row in enumerate(rows) if place < FEW or row is chosen]
    more = len(rows) - len(shown)
    button = None
    if more or desk.every:
        text = _("Show fewer") if desk.every else ngettext("Show {n} more", "Show {n} more", more).format(n=more)
        button = h.button(".tb-link", type="button", data_action="all", data_key="all")[text]
    return h.div(".tb-watch-list", data_key="machines")[
        h.table(aria_label=_("Machines by urgency"), role="table")[
            h.thead[
                h.tr[
                    h.th(scope="col")[_("Machine")],
                    h.th(scope="col", data_left=True)[_("State")],
                    h.th(scope="col")[_("Risk")],
                ]
            ],
            h.tbody[(_row(desk, row, chosen) for row in shown)],
        ],
        button,
    ]


def _row(desk: MachineDesk, row: Row, chosen: Row) -> h.Element:
    name = row.machine.name
    word, tone = STATES[row.state]
    pick = h.button(
        ".tb-link.tb-watch-pick",
        type="button",
        data_action="pick",
        value=name,
        data_key=f"pick-{name}",
        aria_current="true" if row is chosen else None,
    )[name]
    return h.tr(data_key=f"machine-{name}", data_chosen=row is chosen)[
        h.th(scope="row", data_name=True)[pick],
        h.td(data_left=True, data_label=_("State"))[
            h.span(".tb-watch-state")[parts.chip(_(word), tone), h.span(".tb-tiny")[_what(desk, row)]]
        ],
        h.td(data_label=_("Risk"))[
            h.span(".tb-watch-bar")[
                percent(row.risk),
                parts.bar(
                    row.risk,
                    "bad" if row.risk >= desk.known.threshold else "",
                    _("risk {n}").format(n=percent(row.risk)),
                ),
            ]
        ],
    ]


def _what(desk: MachineDesk, row: Row) -> str:
    """Return what an alarm is about, and for how long it has been on."""
    if row.state == "standing":
        return ""
    if row.alarm is not None:
        since = how_long(max(desk.hour - row.alarm[0], 0))
        return _("{mode}, for {time}").format(mode=row.mode, time=since) if desk.hour > row.alarm[0] else row.mode
    return row.mode if row.risk >= desk.known.threshold else ""
