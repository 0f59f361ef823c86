"""Why a run does not go on, in place, and what can be done: it waits for its turn, or it failed or crashed."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.jobs import Status
from kit.widgets import parts
from kit.widgets.copying import printable
from kit.widgets.desk import Desk, Problem

_CHARACTERS = 4000


def trouble(desk: Desk, *, act: h.Node = None) -> h.Node:
    """Return the cause and the next step of a run that failed or crashed, or nothing.

    Parameters
    ----------
    desk : Desk
        That of the panel.
    act : node, optional
        A button for the next step, where the header has none.
    """
    status = desk.status
    if status is None or status.state not in ("failed", "crashed"):
        return None
    log = printable(desk.run.log_tail(_CHARACTERS)).strip() if desk.run else ""
    return parts.alert(Problem(cause_words(status), status.fix, log), dismiss=False, act=act)


def cause_words(status: Status) -> str:
    """Return the cause of an end, or that there was none."""
    return status.cause or _("The run ended without a word.")


def waiting(status: Status) -> h.Node:
    """Return what a run waits for that has not got its turn yet, or nothing."""
    return h.p(".tb-say")[status.cause or _("Waits for its turn.")] if status.state == "queued" else None


def resume_button(desk: Desk, *, main: bool = True) -> h.Element | None:
    """Return the button that goes on with the run, where that is possible."""
    return parts.button(_("Resume"), "resume", key="resume", main=main) if desk.resumable else None


def queue_buttons(desk: Desk) -> list[h.Element]:
    """Return what can be done while the run waits for its turn, beside stopping it."""
    waits = desk.status is not None and desk.status.state == "queued"
    return [parts.button(_("Start now"), "now", key="now", main=True)] if waits else []
