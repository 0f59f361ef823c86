"""One machine: what is likely, what speaks for it, what to look at, its record, and what was decided."""

from __future__ import annotations

import time

import htpy as h

from kit.i18n import _
from kit.verticals.manufacturing.evidence import advice, signs
from kit.verticals.manufacturing.planned import KINDS, MOST_CHARACTERS, Decision
from kit.widgets import parts
from kit.widgets.watching.desk import MachineDesk
from kit.widgets.watching.order import STATES, Row
from kit.widgets.watching.timeline import hindsight, timeline
from kit.widgets.watching.words import how_long, percent, when

WIDE = 860  # pixels of the card from which on the list stands at the left
_LIST = 324
_FRAME = 26


def machine_part(desk: MachineDesk, row: Row) -> h.Element:
    """Return all that is told of the machine that is looked at."""
    name = row.machine.name
    word, tone = STATES[row.state]
    return h.div(".tb-watch-machine", data_key=f"of-{name}")[
        h.div(".tb-row")[h.b(".tb-watch-name")[name], parts.chip(_(word), tone), h.span(".tb-mute")[_since(desk, row)]],
        h.p(".tb-say")[_likely(desk, row)],
        _why(desk, row),
        _drawn(desk, row),
        _order(row),
        _deciding(desk, row),
    ]


def _since(desk: MachineDesk, row: Row) -> str:
    if row.alarm is None:
        return _("last window {when}").format(when=when(row.machine.hours[-1]))
    return _("since {when}").format(when=when(row.alarm[0]))


def _likely(desk: MachineDesk, row: Row) -> h.Node:
    """Return how likely a failure is, and which, in a sentence."""
    watch = desk.known
    if row.state == "standing":
        return _("Nothing was read since {when}: it stands, or is not connected.").format(
            when=when(row.machine.hours[-1])
        )
    lead = _("Probability of a failure within {time}: ").format(time=how_long(watch.horizon))
    tail = _(" If it fails, {mode} is the likeliest cause ({share}).").format(mode=row.mode, share=percent(row.share))
    return [lead, h.b[percent(row.risk)], ".", tail]


def _why(desk: MachineDesk, row: Row) -> h.Node:
    """Return what to look at first and what speaks for it, where the risk is worth a word."""
    watch = desk.known
    if row.state == "standing" or (row.alarm is None and row.risk < watch.threshold and row.decision is None):
        return None
    newest = {name: values[-1] for name, values in row.machine.features.items()}
    found = signs(newest, dict(watch.facts.get("healthy") or {}), row.mode)
    moved = [h.li(data_typical=sign.typical)[sign.words] for sign in found]
    check = advice(row.mode)
    return h.div(".tb-watch-why")[
        h.p[h.b[_("Suggested check: ")], check] if check else None,
        h.div[h.p(".tb-tiny")[_("Outside the range of nine in ten healthy windows")], h.ul[moved]] if moved else None,
        None if moved or row.risk < watch.threshold else h.p(".tb-small.tb-mute")[_combined()],
    ]


def _combined() -> str:
    return _("No single feature is out of what healthy machines have: it is their combination, or the work order.")


def drawing_width(width: int) -> int:
    """Return how wide the drawing is on a card of `width` pixels."""
    wide = width - _FRAME - (_LIST + 24 if width >= WIDE else 0)
    return max(min(wide, 980), 260)


def _drawn(desk: MachineDesk, row: Row) -> h.Element:
    hours, later = desk.hours, desk.later(row.machine)
    drawn = timeline(
        desk.known,
        row.machine,
        hour=desk.hour,
        span=(hours[0], hours[-1]),
        width=drawing_width(desk.width),
        later=later,
    )
    box = h.input(type="checkbox", name="later", checked=desk.hindsight, data_change="later")
    return h.figure(".tb-watch-figure")[
        drawn,
        h.figcaption(".tb-row")[
            h.label(".tb-check.tb-small")[box, _("Show what came later")],
            h.span(".tb-tiny")[_("shaded red: alarm; triangle: raised; dotted: parts renewed")],
            h.span(".tb-small")[hindsight(later, desk.hour)] if later is not None else None,
        ],
    ]


def _order(row: Row) -> h.Node:
    """Return the newest work orders."""
    newest = list(reversed(row.machine.orders[-3:]))
    if not newest:
        return h.p(".tb-small.tb-mute")[_("No work order so far.")]
    return h.div(".tb-watch-orders")[
        h.p(".tb-tiny")[_("Newest work orders")],
        h.ul[(h.li[h.span(".tb-mute")[when(at)], " ", text] for at, text in newest)],
    ]


def _deciding(desk: MachineDesk, row: Row) -> h.Element:
    """Return where a person decides, and what was decided on this machine."""
    name = row.machine.name
    mine = [each for each in desk.standing() if each.machine == name]
    key = f"note-{name}-{len(mine)}"  # another field once it was sent, or typed text would stay in it
    field = h.textarea(
        name="note",
        rows="2",
        maxlength=str(MOST_CHARACTERS),
        data_change="note",
        data_key=key,
        aria_label=_("Note on {name}").format(name=name),
        placeholder=_("Note for colleagues, such as when and who"),
    )[desk.note]
    return h.div(".tb-section", data_key="decide")[
        field,
        h.div(".tb-row")[
            parts.button(_("Plan a check"), "plan", key="plan", main=True),
            parts.button(_("Acknowledge"), "acknowledge", key="acknowledge"),
            _said(desk, name),
        ],
    ]


def _said(desk: MachineDesk, name: str) -> h.Node:
    """Return what was just decided, with the way back."""
    decided = desk.decided
    if decided is None or decided.machine != name:
        return h.span(".tb-small.tb-mute")[_("Kept with your note; starts no run.")]
    word = _(KINDS[decided.kind])
    back = h.button(".tb-link", type="button", data_action="takeback", value=decided.id, data_key="undo")[_("Undo")]
    return h.span(".tb-small", role="status")[_("{name}: {what}. ").format(name=name, what=word), back]


def decisions_part(desk: MachineDesk) -> h.Element:
    """Return everything that was decided by the hour that is looked at, newest first."""
    standing = desk.standing()
    if not standing:
        return h.p(".tb-small.tb-mute", data_key="decisions")[
            _("Nothing was decided yet: plan a check or acknowledge an alarm, and it is listed here.")
        ]
    return h.div(".tb-section.tb-watch-decisions", data_key="decisions")[
        h.p(".tb-tiny")[_("Decided so far")], h.ul[(_decision(each) for each in standing)]
    ]


def _decision(each: Decision) -> h.Element:
    back = h.button(
        ".tb-link",
        type="button",
        data_action="takeback",
        value=each.id,
        data_key=f"back-{each.id}",
        aria_label=_("Take back: {machine}, {kind}").format(machine=each.machine, kind=_(KINDS[each.kind])),
    )[_("Take back")]
    stamp = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.at))
    return h.li(data_key=f"decision-{each.id}")[
        h.b[each.machine],
        f" {_(KINDS[each.kind])} ",
        h.span(".tb-mute")[_("as of {when}, written {stamp}").format(when=when(each.hour), stamp=stamp)],
        h.span(".tb-watch-note")[f" “{each.note}”"] if each.note else None,
        " ",
        back,
    ]
