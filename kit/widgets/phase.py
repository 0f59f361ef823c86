"""What running work is doing, in words: the phase, how far it is, how long it still takes, what it holds."""

from __future__ import annotations

from kit.i18n import N_, _
from kit.jobs import Status
from kit.plots.words import duration, memory, number, remaining
from kit.widgets.parts import Tone

_DOING = {
    "starting": N_("starting its process"),
    "loading": N_("loading the model"),
    "opening torch": N_("opening torch"),
    "probing": N_("measuring"),
    "merging": N_("merging the adapter, once"),
    "converting": N_("converting the model, once"),
    "training": N_("training"),
    "validating": N_("validating"),
    "scoring": N_("measuring accuracy"),
    "reading": N_("measuring perplexity"),
    "timing": N_("measuring latency"),
    "weighing": N_("measuring memory"),
    "expecting": N_("reading the reference"),
    "comparing": N_("comparing with the reference"),
    "opening tasks": N_("opening the tasks"),
    "scoring tasks": N_("measuring tasks"),
    "reading tasks": N_("measuring tasks"),
    "writing answers": N_("writing answers"),
    "answering": N_("answering"),
    "checking": N_("checking the notebook"),
    "running cells": N_("running the notebook"),
    "assembling": N_("putting the bundle together"),
    "writing": N_("writing the bundle"),
    "waiting for room on the disk": N_("waiting for room on the disk"),
}
_ORDINALS = {1: N_("{n}st"), 2: N_("{n}nd"), 3: N_("{n}rd")}
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


def rate_words(status: Status) -> str:
    """Return how much is done a second now, such as "1,940 tokens/s", or ""."""
    if status.throughput is None:
        return ""
    value, unit = status.throughput
    return f"{number(value)} {unit}"


def held_words(status: Status) -> str:
    """Return the memory that a run holds now and has held at most, that of GPUs first, or ""."""
    gpu = _held(status.gpu_memory_mib, status.gpu_memory_peak_mib)
    words = [_("GPU {held}").format(held=gpu)] if gpu else []
    return " · ".join(word for word in (*words, _held(status.memory_mib, status.memory_peak_mib)) if word)


def _held(now: float | None, peak: float | None) -> str:
    most = "" if peak is None else _("peak {peak}").format(peak=memory(peak))
    return most if now is None else ", ".join(word for word in (_("{now} now").format(now=memory(now)), most) if word)


def ordinal(n: int) -> str:
    """Return a place in a row, such as "2nd"."""
    teen = n % 100 in (11, 12, 13)
    return _(N_("{n}th") if teen else _ORDINALS.get(n % 10, N_("{n}th"))).format(n=n)


def place_words(place: int | None) -> str:
    """Return where in the queue a run is, 0 the next one, or "" where that is not known."""
    if place is None:
        return ""
    return _("next in the queue") if place == 0 else _("{nth} in the queue").format(nth=ordinal(place + 1))


def attempt_words(attempt: int) -> str:
    """Return which attempt it is, or "" for the first."""
    return _("{nth} attempt").format(nth=ordinal(attempt)) if attempt > 1 else ""


def state_chip(status: Status | None, idle: str, place: int | None = None) -> tuple[str, Tone]:
    """Return the state of a run in a few words, and its tone.

    Parameters
    ----------
    status : Status, optional
        Of the run; None where there is none.
    idle : str
        What is said then.
    place : int, optional
        Its place in the queue, where it waits.
    """
    if status is None:
        return idle, ""
    if status.state == "queued":
        return " · ".join(word for word in (_("queued"), place_words(place)) if word), ""
    if status.state in _ENDS:
        word, tone = _ENDS[status.state]
        took = (
            f" · {duration(status.elapsed_s)}" if status.elapsed_s and status.state in ("finished", "stopped") else ""
        )
        return _(word) + took, tone
    if status.state == "stopping":
        return _("stopping · at the next step"), "warn"
    _part, phase = part_and_phase(status)
    begins = _("going on · a few seconds") if status.attempt > 1 else _("starting · a few seconds")
    words = [doing(phase) if phase else begins, count_words(status)]
    return " · ".join(word for word in words if word), "run"
