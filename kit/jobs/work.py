"""Carry the run in a folder out.

The worker knows no kind of work by name. It reads the spec, whose class names the function, passes on what that
function reports to the event log, and writes the result.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kit.isolated import error_dict, result_of
from kit.jobs.events import EventWriter
from kit.jobs.summary import forget_summary, write_summary
from kit.machine.provenance import provenance
from kit.place import write_atomic
from kit.report import Event, Report
from kit.result import Result


class FolderReport(Report):
    """A report that appends to the event log of a run; a file named "stop" in its folder asks it to stop."""

    _LOOK_S = 0.1  # how often the file is looked for, at most

    def __init__(self, folder: Path, heard: Callable[[Event], None] | None = None) -> None:
        super().__init__(folder)
        self._heard = heard
        self._writer = EventWriter(folder / "events.jsonl")
        self._lock = threading.Lock()
        self._stop = False
        self._looked = 0.0

    def emit(self, event: Event) -> None:
        with self._lock:
            self._writer.write(event)
        if self._heard is not None:
            self._heard(event)

    def ask_stop(self, *_: object) -> None:
        """Ask the work to stop at its next check (also a signal handler)."""
        self._stop = True

    def stop_asked(self) -> bool:
        now = time.monotonic()
        if not self._stop and now - self._looked > self._LOOK_S:
            self._looked = now
            self._stop = (self.folder / "stop").exists()
        return self._stop

    def close(self) -> None:
        """Close the event log."""
        self._writer.close()


def work(folder: Path, *, heard: Callable[[Event], None] | None = None) -> Result:
    """Carry the run in `folder` out and write its result; what goes wrong is in the result, not raised.

    Parameters
    ----------
    heard : callable, optional
        Gets each event too.
    """
    forget_summary(folder)  # of an earlier attempt
    report = FolderReport(folder, heard)
    if threading.current_thread() is threading.main_thread() and os.environ.get("TUNEBOOK_WORKER"):
        signal.signal(signal.SIGTERM, report.ask_stop)
    report.say("state", state="running")
    report.progress("starting")  # until the libraries of the work are imported
    values: dict[str, Any] = {}
    try:
        values = json.loads((folder / "spec.json").read_text(encoding="utf-8"))
        result = result_of(values, report)
        _end(result, report)
    except KeyboardInterrupt:  # Ctrl+C on a run that is carried out in the terminal's or notebook's own process
        _end(Result(spec=values, status="stopped"), report)
        raise
    except (OSError, ValueError) as exc:
        result = Result(spec=values, status="failed", error=error_dict(exc))
        _end(result, report)
    finally:
        report.close()
    return result


def _end(result: Result, report: Report) -> None:
    result = dataclasses.replace(result, provenance={**provenance(), **result.provenance})
    write_atomic(report.folder / "result.json", result.to_json())
    error = result.error or {}
    state = {"unsupported": "failed"}.get(result.status, result.status)
    report.say("state", state=state, cause=error.get("message", ""), fix=error.get("fix", ""))
    write_summary(report.folder)
