"""Why the process of a run is gone, in words, from what it left behind."""

from __future__ import annotations

import signal
from pathlib import Path

from kit.i18n import _
from kit.jobs import process
from kit.jobs.log_lines import is_ours
from kit.warm import ExitNote, read_note

NOTE = "exit.json"  # written by the parent of the worker
_TAIL_BYTES = 4000
_LAST_LINES = 3
_NATIVE = ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT")


def cause_of_death(folder: Path, *, began: bool) -> tuple[str, str]:
    """Return why the process of the run in `folder` is gone, and what to do, in words.

    `began`: had its work said anything?
    """
    identity = process.read_identity(folder)
    if identity is not None and identity.get("boot", process.boot_id()) != process.boot_id():
        return _("The machine was started anew while it ran (power, or a restart)."), _kept()
    note = read_note(folder / NOTE)
    if note is None and not began:
        return _("It never began: whoever started it went first.") + _last_words(folder), _("Resume it.")
    if note is None:
        return _("Its process is gone without a word (killed, out of memory, or power).") + _last_words(folder), _kept()
    cause, fix = _from_note(note)
    return cause + _last_words(folder), fix


def _from_note(note: ExitNote) -> tuple[str, str]:
    if note.code >= 0:
        return _("Its process ended with code {code} before the work was done.").format(code=note.code), _kept()
    try:
        name = signal.Signals(-note.code).name
    except ValueError:
        name = _("signal {number}").format(number=-note.code)
    held = _(", holding up to {gb:.2f} GB").format(gb=note.peak_mib * 2**20 / 1e9) if note.peak_mib else ""
    if name == "SIGKILL" and note.oom_kills:
        cause = _("Out of memory: the system ended its process ({signal}{held}).").format(signal=name, held=held)
        return cause, _("Use a smaller batch, model or precision, or free memory; then resume it: what it had is kept.")
    if name == "SIGKILL":
        known = _("the system counts no process that it ended for memory") if note.oom_kills == 0 else ""
        cause = _("Its process was killed ({signal}{held}).").format(signal=name, held=held)
        return cause + (f" {known.capitalize()}." if known else ""), _kept()
    if name in _NATIVE:
        cause = _("Its process crashed inside a library ({signal}{held}).").format(signal=name, held=held)
        return cause, _("log.txt tells where. Resume it: what it had saved is kept.")
    return _("Its process was ended by {signal}{held}.").format(signal=name, held=held), _kept()


def _kept() -> str:
    return _("Resume it: what it had saved is kept.")


def _last_words(folder: Path) -> str:
    """Return the last lines that a library left in the log, as a sentence, or ""."""
    try:
        with open(folder / "log.txt", "rb") as file:
            file.seek(-min(file.seek(0, 2), _TAIL_BYTES), 2)
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not is_ours(line)][-_LAST_LINES:]
    shown = " / ".join(lines)[-300:]
    return _(" Last lines of its log: “{lines}”").format(lines=shown) if shown else ""
