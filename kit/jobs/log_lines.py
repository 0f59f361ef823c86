"""What a run's work says, as lines for log.txt: what a person who opens the log wants to read."""

from __future__ import annotations

import re
import time
from typing import TextIO

from kit.jobs.state import Status
from kit.report import Event
from kit.words import number

_EVERY_S = 10.0  # between two lines on one phase
_OURS = re.compile(r"\d\d:\d\d:\d\d ")
_SHOWN = ("loss", "validation_loss", "validation_accuracy", "acc")


class LogLines:
    """Writes a line for each phase, message, error and end, and now and then how far a phase is.

    Parameters
    ----------
    stream : text stream
        Where the lines go.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._status = Status(state="running")
        self._phase = ""
        self._told = 0.0

    def hear(self, event: Event) -> None:
        """Take one event in."""
        self._status.add(event)
        kind = event["kind"]
        if kind == "message":
            self._write(event["text"])
        elif kind == "state":
            said = (event["state"], event.get("cause", ""), event.get("fix", ""))
            self._write(" · ".join(filter(None, said)))
        elif kind == "progress":
            self._progress()

    def _progress(self) -> None:
        now, status = time.monotonic(), self._status
        if status.phase != self._phase or now - self._told > _EVERY_S or (status.total and status.done == status.total):
            self._phase, self._told = status.phase, now
            figures = [f"{name} {number(status.metrics[name])}" for name in _SHOWN if name in status.metrics]
            self._write(" · ".join([str(status).partition(" · ")[2] or status.phase, *figures]))

    def _write(self, text: str) -> None:
        line = time.strftime("%H:%M:%S ") + " ".join(text.split())
        try:
            print(line, file=self._stream, flush=True)
        except (OSError, ValueError):  # a full disk costs the line, not the work
            return


def is_ours(line: str) -> bool:
    """Is this line of a log one that `LogLines` wrote, and not one of a library?"""
    return _OURS.match(line) is not None
