"""What running work is doing, in words: the phase, how far it is, how long it still takes."""

from __future__ import annotations

from kit.i18n import N_, _
from kit.jobs import Status
from kit.plots.words import duration, number, remaining
from kit.widgets.parts import Tone

_DOING = {
    "starting": N_("starting its process"),
    "loading": N_("loading the model"),
    "merging": N_("merging the adapter, once"),
    "converting": N_("converting the model, once"),
    "training": N_("training"),
    "validating": N_("validating"),
    "scoring": N_("measuring accuracy"),
    "reading": N_("measuring perplexity"),
    "timing": N_("measuring latency"),
    "weighing": N_("measuring memory"),
    "answering": N_("answering"),
}
_ENDS: dict[str, tuple[str, Tone]] = {
    "finished": (N_("finished"), "ok"),
    "stopped": (N_("stopped"), "warn"),
    "failed": (N_("failed"), "bad"),
    "crashed": (N_("crashed"), "bad"),
}


def part_and_phase(status: Status) -> tuple[str, str]:
    """Return which part of the work is at it (the row of a sweep), or "", and its phase."""
    part, colon, phase = status.phase.partition(": ")
    return (part, phase) if colon else ("", status.phase)


def doing(phase: str) -> str:
    """Return a phase in words."""
    return _(_DOING[phase]) if phase in _DOING else phase


def count_words(status: Status) -> str:
    """Return how far the phase is, such as "step 186 of 300", or "" where that is unknown."""
    if not status.total or status.total <= 1 or status.unit in ("methods", "answers"):  # told elsewhere
        return ""
    one = {"steps": _("step"), "rows": _("row"), "requests": _("request")}.get(status.unit)
    done, total = number_of(status.done), number_of(status.total)
    if one:
        return _("{unit} {done} of {total}").format(unit=one, done=done, total=total)
    return _("{done} of {total} {unit}").format(done=done, total=total, unit=status.unit).strip()


def number_of(value: float) -> str:
    """Return a count in full, or a quantity with two digits."""
    return f"{value:,.0f}" if float(value).is_integer() else number(value)


def left_words(status: Status) -> str:
    """Return how long the phase still takes, or ""."""
    return _("{time} left").format(time=remaining(status.eta_s)) if status.eta_s is not None else ""


def state_chip(status: Status | None, idle: str) -> tuple[str, Tone]:
    """Return the state of a run in a few words, and its tone; `idle` where there is no run."""
    if status is None:
        return idle, ""
    if status.state in _ENDS:
        word, tone = _ENDS[status.state]
        took = (
            f" · {duration(status.elapsed_s)}" if status.elapsed_s and status.state in ("finished", "stopped") else ""
        )
        return _(word) + took, tone
    if status.state == "stopping":
        return _("stopping · at the next step"), "warn"
    _part, phase = part_and_phase(status)
    words = [doing(phase) if phase else _("starting · a few seconds"), count_words(status)]
    return " · ".join(word for word in words if word), "run"
