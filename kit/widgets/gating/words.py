"""The words of the panel: what a check does now, what a task and a column are for."""

from __future__ import annotations

from typing import Any

import htpy as h

from kit.gate.registry import CHECKS
from kit.gate.words import check_words, gravity, level_words
from kit.i18n import N_, _
from kit.jobs import Status
from kit.widgets.parts import Tone
from kit.widgets.phase import state_chip

_TONES: dict[str, Tone] = {"ok": "ok", "note": "run", "warn": "warn", "stop": "bad"}
_TASKS = {
    "classify": N_("give one of some labels to a text"),
    "choose": N_("choose among the row's own answers"),
    "answer": N_("write an answer"),
    "continue": N_("continue plain text"),
    "chat": N_("go on with a conversation"),
}
_ROLES = {
    "text": N_("Text or question"),
    "label": N_("Right answer"),
    "choices": N_("Choices"),
    "context": N_("Read before it"),
    "messages": N_("Conversation"),
}


def level_mark(level: str) -> h.Element:
    """Return a level as a sign and a word, in its colour."""
    sign, word = level_words(level)
    return h.span(".tb-level", data_tone=_TONES[level])[h.span(".tb-sign", aria_hidden="true")[sign], h.span[word]]


def verdict_tone(level: str) -> Tone:
    """Return the colour of a verdict: what is worth knowing takes nothing from it."""
    return _TONES[level] if level in ("warn", "stop") else "ok"


def by_gravity(findings: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return findings, the gravest first."""
    return sorted(findings.values(), key=lambda each: gravity(each["level"]))


def task_words(task: str) -> str:
    """Return what is done with a row."""
    return _(_TASKS[task]) if task in _TASKS else task


def role_words(role: str, task: str) -> str:
    """Return what a column is for."""
    if role == "label" and task == "classify":
        return _("Label")
    if role == "text" and task in ("classify", "continue"):
        return _("Text")
    return _(_ROLES[role]) if role in _ROLES else role


def doing_words(status: Status) -> str:
    """Return what a check is at, such as "reading · row 500 of 1,200"."""
    if status.phase == "reading":
        done, total = f"{status.done:,.0f}", f"{status.total:,.0f}" if status.total else ""
        if total:
            return _("reading · row {done} of {total}").format(done=done, total=total)
        return _("reading · row {done}").format(done=done)
    if status.phase in ("counting", "writing"):
        return _("cleaning")
    kind, _blank, name = status.phase.partition(" ")
    if name in CHECKS:
        share = f" · {status.share:.0%}" if status.share and status.total and status.total > 1 else ""
        told = _("cleaning: {check}") if kind == "cleaning" else _("checking: {check}")
        return told.format(check=check_words(name)) + share
    return status.phase


def gate_chip(status: Status | None, place: int | None) -> tuple[str, Tone]:
    """Return the state of a check or a cleaning in a few words, and its tone."""
    if status is not None and status.state == "running" and status.phase:
        return doing_words(status), "run"
    return state_chip(status, _("ready"), place)
