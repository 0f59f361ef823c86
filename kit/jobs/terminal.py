"""One line on a terminal that shows how far work is, and lines for what it says.

Where the stream is no terminal (a log, a pipe), each phase is one line, and nothing is drawn over.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from kit.jobs.state import Status
from kit.report import Event, Report

_EVERY_S = 0.1


class ProgressLine:
    """Draws the state of work on a stream.

    Parameters
    ----------
    stream : text stream, optional
        Standard error when left out, so that a command's output stays clean.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._drawn = 0.0
        self._phase = ""

    def show(self, status: Status) -> None:
        """Draw how far the work is, a few times a second at most."""
        new_phase = status.phase != self._phase
        self._phase = status.phase
        if self._live:
            if new_phase or time.monotonic() - self._drawn > _EVERY_S:
                self._drawn = time.monotonic()
                width = shutil.get_terminal_size().columns - 1
                self._write(f"\r\x1b[2K{str(status)[:width]}")
        elif new_phase and status.phase:
            self._write(f"{status.phase} …\n")

    def say(self, text: str) -> None:
        """Write a line that stays."""
        self.clear()
        self._write(f"{text}\n")

    def clear(self) -> None:
        """Take the drawn line away."""
        if self._live:
            self._write("\r\x1b[2K")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class TerminalReport(Report):
    """A report that shows itself on a terminal, for work that is done right here."""

    def __init__(self, folder: Path, line: ProgressLine) -> None:
        super().__init__(folder)
        self._line = line
        self._status = Status(state="running")

    def emit(self, event: Event) -> None:
        self._status.add(event)
        if event["kind"] == "message":
            self._line.say(event["text"])
        elif event["kind"] == "progress":
            self._line.show(self._status)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return `rows` as text in columns, each as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
