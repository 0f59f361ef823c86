"""One line on a terminal that shows how far work is, and lines for what it says.

Where the stream is no terminal (a log, a pipe), each phase is one line, and nothing is drawn over.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from kit.jobs.bar import progress_line
from kit.jobs.state import Status
from kit.report import Event, Report

_EVERY_S = 0.1
_SIGNS, _ASCII = "━╸─", "##-"


class ProgressLine:
    """Draws the state of work on a stream.

    Parameters
    ----------
    stream : text stream, optional
        Standard error when left out, so that a command's output stays clean.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._color = self._live and not os.environ.get("NO_COLOR")
        self._signs = _SIGNS if _can_write(self._stream, _SIGNS) else _ASCII
        self._looked = 0.0
        self._drawn = self._phase = ""

    def show(self, status: Status) -> None:
        """Draw how far the work is, a few times a second at most."""
        new_phase = status.phase != self._phase
        self._phase = status.phase
        if self._live:
            if new_phase or time.monotonic() - self._looked > _EVERY_S:
                self._looked = time.monotonic()
                width = self._width() - 1  # a full line would wrap
                self._draw(progress_line(status, width, color=self._color, signs=self._signs))
        elif new_phase and status.phase:
            self._write(f"{status.phase} …\n")

    def say(self, text: str) -> None:
        """Write a line that stays."""
        self.clear()
        self._write(f"{text}\n")

    def clear(self) -> None:
        """Take the drawn line away."""
        if self._live:
            self._drawn = ""
            self._write("\r\x1b[2K")

    def _draw(self, text: str) -> None:
        if text != self._drawn:
            self._drawn = text
            self._write(f"\r\x1b[2K{text}")

    def _width(self) -> int:
        try:
            found = os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            found = 0
        return found or shutil.get_terminal_size().columns

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _can_write(stream: TextIO, signs: str) -> bool:
    try:
        signs.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError, AttributeError):
        return False
    return True


class TerminalReport(Report):
    """A report that shows itself on a terminal, for work that is done right here."""

    def __init__(self, folder: Path, line: ProgressLine) -> None:
        super().__init__(folder)
        self._line = line
        self._status = Status(state="running")
        self._lock = threading.Lock()  # the work speaks, and so does whoever watches its memory

    def emit(self, event: Event) -> None:
        with self._lock:
            self._status.add(event)
            if event["kind"] == "message":
                self._line.say(event["text"])
            elif event["kind"] in ("progress", "memory"):
                self._line.show(self._status)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return `rows` as text in columns, each as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
