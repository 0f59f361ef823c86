"""The event log of a run: appended by one process, read by any number, true after a crash.

One JSON object a line. A line without its newline was being written when the writer died (or is being written now):
readers leave it for later, and a writer that goes on starts on a fresh line.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from kit.i18n import _
from kit.place import mendable
from kit.report import Event

_GRACE_S = 1.0  # what is removed file by file is gone by then


class EventWriter:
    """Appends events to a log; each is one write, so readers never see two events mixed.

    Where the disk is full, events wait in memory and are written, in order, with the first one that finds room. A log
    that somebody removes is begun anew.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._state: Event | None = None  # the last one said
        self._lost: float | None = None  # since when the file is gone
        self._handle = _open(path)
        size = os.fstat(self._handle).st_size
        # What a crashed writer left half-written is ended before anything else is written.
        self._waiting = b"\n" if size and os.pread(self._handle, 1, size - 1) != b"\n" else b""

    def write(self, event: Event) -> None:
        """Append one event."""
        self._waiting += _line(event)
        if event["kind"] == "state":
            self._state = event
        try:
            if self._has_file():
                self.flush()
        except OSError as exc:
            if not mendable(exc):
                raise

    def flush(self) -> None:
        """Write what still waits.

        Raises
        ------
        OSError
            There is no room (yet).
        """
        while self._waiting:
            written = os.write(self._handle, self._waiting)  # on a nearly full disk, less than all of it
            self._waiting = self._waiting[written:]

    def close(self) -> None:
        """Close the log; further writes fail."""
        os.close(self._handle)

    def _has_file(self) -> bool:
        """Is there a file to write to? One that was removed is begun anew, unless the whole run is being removed."""
        if os.fstat(self._handle).st_nlink:
            return True
        self._lost = self._lost or time.monotonic()
        if time.monotonic() - self._lost < _GRACE_S or not (self._path.parent / "about.json").exists():
            return False
        self._begin_anew()
        return True

    def _begin_anew(self) -> None:
        """Open the log again, and say in it first in which state the run is."""
        self._lost = None
        handle = _open(self._path)
        os.close(self._handle)
        self._handle = handle
        told = {
            "t": round(time.time(), 3),
            "kind": "message",
            "text": _("The log was removed, and is begun anew here."),
        }
        self._waiting = b"".join(map(_line, filter(None, (self._state, told)))) + self._waiting


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)


def _line(event: Event) -> bytes:
    text = json.dumps(event, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")  # lone surrogates become JSON escapes


class EventReader:
    """Reads what was appended since the last look.

    Parameters
    ----------
    path : Path
        A log that need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0  # bytes read so far

    def read(self) -> list[Event]:
        """Return the events that were added since the last call, oldest first; damaged lines are left out."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self.offset)
                data = file.read()
        except FileNotFoundError:
            return []
        end = data.rfind(b"\n") + 1
        self.offset += end
        events = []
        for line in data[:end].splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and "kind" in event:
                events.append(event)
        return events
