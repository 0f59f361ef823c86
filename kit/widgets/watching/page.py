"""The technician's panel as HTML: as of which hour, the machines, the one that is looked at, what was decided."""

from __future__ import annotations

import htpy as h

from kit.i18n import _, ngettext
from kit.widgets import parts
from kit.widgets.watching.desk import MachineDesk
from kit.widgets.watching.order import Row
from kit.widgets.watching.page_list import list_part
from kit.widgets.watching.page_machine import decisions_part, machine_part
from kit.widgets.watching.words import how_good, when


def machine_page(desk: MachineDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    if desk.watch is None or not desk.watch.machines:
        return parts.card(desk.title, chips=[parts.chip(_("empty"))], problem=desk.problem, body=_empty(desk))
    rows = desk.rows()
    chosen = desk.row(rows)
    return parts.card(
        desk.title,
        chips=_chips(rows),
        code=desk.code(),
        problem=desk.problem,
        spoken=_spoken(desk, rows),
        body=[
            _as_of(desk),
            h.div(".tb-watch-two", data_key="two")[list_part(desk, rows, chosen), machine_part(desk, chosen)],
            decisions_part(desk),
            _foot(desk),
        ],
    )


def _empty(desk: MachineDesk) -> h.Element:
    text = _(
        "No machine is watched here yet. Once the notebook has learnt from past failures, machines stand here by "
        "urgency, each with its record, its likely failure and what to look at."
    )
    if desk.folder is None:
        text = _(
            "These rows are single observations: they name no machine and no hour, so there is nothing to watch over "
            "time. With columns for both, machines stand here by urgency."
        )
    return h.div(".tb-empty", data_key="empty")[h.p(".tb-mute")[text]]


def _count(rows: list[Row], *states: str) -> int:
    return sum(row.state in states for row in rows)


def _chips(rows: list[Row]) -> list[h.Element]:
    alarms, planned = _count(rows, "alarm"), _count(rows, "planned", "acknowledged")
    said = ngettext("{n} alarm", "{n} alarms", alarms).format(n=alarms) if alarms else _("no open alarm")
    decided = parts.chip(_("{n} decided").format(n=planned)) if planned else None
    total = ngettext("{n} machine", "{n} machines", len(rows)).format(n=len(rows))
    return [each for each in (parts.chip(said, "bad" if alarms else "ok"), decided, parts.chip(total)) if each]


def _spoken(desk: MachineDesk, rows: list[Row]) -> str:
    text = _("As of {when}: {n} open alarms.")
    return text.format(when=when(desk.hour), n=_count(rows, "alarm"))


def _as_of(desk: MachineDesk) -> h.Element:
    """Return the way through time: a slider and steps; nothing later than the hour is shown."""
    hours = desk.hours
    place = hours.index(desk.hour)
    first, last = place == 0, place == len(hours) - 1
    slider = h.input(
        ".tb-watch-slider",
        type="range",
        name="hour",
        min="0",
        max=str(len(hours) - 1),
        value=str(place),
        data_change="hour",
        data_typed="hour",
        aria_label=_("As of"),
        aria_valuetext=when(desk.hour),
    )
    return h.div(".tb-row.tb-watch-as-of", data_key="as-of")[
        h.span(".tb-small")[_("As of "), h.b[when(desk.hour)]],
        _step("−", "-1", _("One window earlier"), _("This is the first window.") if first else ""),
        slider,
        _step("+", "1", _("One window later"), _("This is the newest window.") if last else ""),
        h.button(".tb-link", type="button", data_action="newest", data_key="newest", aria_disabled=last and "true")[
            _("Newest")
        ],
    ]


def _step(sign: str, by: str, label: str, why: str) -> h.Element:
    return h.button(
        ".tb-button",
        type="button",
        data_action="step",
        value=by,
        data_key=f"step{by}",
        aria_label=label,
        title=why or label,
        aria_disabled="true" if why else None,
    )[sign]


def _foot(desk: MachineDesk) -> list[h.Node]:
    watch = desk.known
    rule = _("An alarm is raised when {k} of the last {n} windows have a probability of at least {t}.").format(
        k=watch.k, n=watch.n, t=f"{watch.threshold:.2f}"
    )
    said = _("{model}, measured {date} on {data}.").format(model=watch.model, date=watch.date[:10], data=watch.data)
    counted = _("Counted over the whole record, whatever hour is looked at.")
    limits = _("A suggestion, not a safety device: protective shutdowns stay as they are.")
    return [
        h.p(".tb-small", data_key="how-good")[how_good(watch.facts), " ", counted],
        h.p(".tb-small.tb-mute", data_key="foot")[" ".join((rule, said, limits))],
    ]
