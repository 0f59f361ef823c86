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

from kit.i18n import _
from kit.isolated import error_dict, result_of
from kit.jobs import turns
from kit.jobs.events import EventWriter
from kit.jobs.mirrored import start_mirror
from kit.jobs.run import Run
from kit.jobs.summary import write_summary
from kit.machine.provenance import provenance
from kit.place import patiently, write_atomic
from kit.report import Event, Report
from kit.result import Result
from kit.spec import Needs

_TURN_S = 0.5  # between two looks at the queue


class FolderReport(Report):
    """A report that appends to the event log of a run; a file named "stop" in its folder asks it to stop.

    `now`: the work begins without waiting for a turn, but others see that it is there. `insists`: also where it needs
    more memory than there is. `on`: the address of the scheduler whose workers carry it out.
    """

    _LOOK_S = 0.1  # how often the file is looked for, at most

    def __init__(
        self,
        folder: Path,
        heard: Callable[[Event], None] | None = None,
        *,
        now: bool = False,
        insists: bool = False,
        on: str = "",
    ) -> None:
        super().__init__(folder)
        self._heard, self._now, self._insists = heard, now, insists
        self._writer = EventWriter(folder / "events.jsonl")
        self._lock = threading.Lock()
        self._stop = False
        self._looked = 0.0
        self._on = on

    @property
    def on(self) -> str:
        return self._on

    @property
    def insists(self) -> bool:
        return self._insists

    def emit(self, event: Event) -> None:
        with self._lock:
            self._writer.write(event)
        if self._heard is not None:
            self._heard(event)

    def ask_stop(self, *_signal: object) -> None:
        """Ask the work to stop at its next check (also a signal handler)."""
        self._stop = True

    def stop_asked(self) -> bool:
        now = time.monotonic()
        if not self._stop and now - self._looked > self._LOOK_S:
            self._looked = now
            self._stop = (self.folder / "stop").exists()
            if "TUNEBOOK_WORKER" in os.environ and not self.folder.exists():
                os._exit(1)  # somebody has removed the run: nothing may bring a part of it back
        return self._stop

    def take_turn(self, devices: tuple[str, ...], memory_bytes: int | None) -> None:
        if not devices:
            return
        run, told = Run(self.folder), ""
        try:
            turns.join(run, Needs(devices, memory_bytes), now=self._now)
            while why := turns.ask_turn(run):
                if why != told:
                    self.say("state", state="queued", cause=why)
                    told = why
                time.sleep(_TURN_S)
                self.check()
        except OSError as exc:  # the queue is a courtesy: without room for a ticket the work goes on
            self.message(_("The queue cannot be used: {reason}.").format(reason=exc))
        if told:
            self.say("state", state="running")

    def flush(self) -> None:
        """Write to the log what a full disk has kept back; raises `OSError` while it still is full."""
        with self._lock:
            self._writer.flush()

    def close(self) -> None:
        """Close the event log, and give the turn back."""
        turns.leave(Run(self.folder))
        self._writer.close()


def work(
    folder: Path,
    *,
    heard: Callable[[Event], None] | None = None,
    now: bool = False,
    insists: bool = False,
) -> Result:
    """Carry the run in `folder` out and write its result; what goes wrong is in the result, not raised.

    Parameters
    ----------
    heard : callable, optional
        Gets each event too.
    now : bool, default False
        Begin without waiting for a turn on the device.
    insists : bool, default False
        Begin even where the work needs more memory than this machine has.
    """
    report = FolderReport(folder, heard, now=now, insists=insists, on=Run(folder).on or "")
    if threading.current_thread() is threading.main_thread() and os.environ.get("TUNEBOOK_WORKER"):
        signal.signal(signal.SIGTERM, report.ask_stop)
    report.say("state", state="running")
    start_mirror(folder)
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


def _end(result: Result, report: FolderReport) -> None:
    """Write the result, then the last word of the log; a full disk is waited for, since nothing may be lost now."""
    if not (report.folder / "about.json").exists():
        return  # the run was removed: whatever is written now would be a ghost
    result = dataclasses.replace(result, provenance={**provenance(), **result.provenance})
    patiently(lambda: write_atomic(report.folder / "result.json", result.to_json()), report)
    error = result.error or {}
    state = {"unsupported": "failed"}.get(result.status, result.status)
    report.say("state", state=state, cause=error.get("message", ""), fix=error.get("fix", ""))
    patiently(report.flush, report)
    write_summary(report.folder)
