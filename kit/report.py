"""What running work may say.

Work (tuning, a sweep, a download) receives a `Report` and says through it how far it is, what it measured and what it
made. It does not know who listens: a list in a test, an event log in a run folder, or a pipe to a parent process.

Every event is a flat dict with `t` (Unix time, seconds) and `kind`:

=========== ====================================================================================
kind        other keys
=========== ====================================================================================
progress    phase, done, total (None: unknown), unit
metric      name, value, step (None: a final value)
message     text
artifact    name, path (relative to the run folder)
record      name, data: one finished piece of a result, such as a row of a sweep
token       part, text: a piece of an answer that is being written
memory      pid, now_mib, peak_mib and, where GPUs are used, gpu_now_mib, gpu_peak_mib: what a process
            holds and has held at most; 0 now: its work has ended
state       state, cause: written by whoever carries the work out, not by the work itself
=========== ====================================================================================
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from kit.errors import Stopped

Event = dict[str, Any]


class Report:
    """What running work may say; the base class says it to nobody.

    Parameters
    ----------
    folder : Path
        Where the work may leave files; `artifact` paths are told relative to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    @property
    def insists(self) -> bool:
        """Does the work begin even where it is said to need more memory than this machine has?"""
        return False

    @property
    def on(self) -> str:
        """The address of the scheduler whose workers carry the work out; "" where this machine does."""
        return ""

    def emit(self, event: Event) -> None:
        """Pass one event on. Subclasses decide where to."""

    def stop_asked(self) -> bool:
        """Has somebody asked this work to stop?"""
        return False

    def check(self) -> None:
        """Raise `Stopped` when somebody asked this work to stop. Call it between steps."""
        if self.stop_asked():
            raise Stopped

    def take_turn(self, devices: tuple[str, ...], memory_bytes: int | None) -> None:
        """Wait until this work may use `devices`; the base class waits for nobody.

        Raises
        ------
        Stopped
            Somebody asked it to stop while it waited.
        """

    def say(self, kind: str, **data: Any) -> None:
        """Emit one event of `kind`, stamped with the time."""
        self.emit({"t": round(time.time(), 3), "kind": kind, **data})

    def progress(self, phase: str, done: float = 0, total: float | None = None, unit: str = "") -> None:
        """Say how far the work is: `done` of `total` in `phase` (a verb: loading, training, measuring)."""
        self.say("progress", phase=phase, done=done, total=total, unit=unit)

    def metric(self, name: str, value: float, *, step: int | None = None) -> None:
        """Say one number, with the step it belongs to when it is part of a curve."""
        self.say("metric", name=name, value=float(value), step=step)

    def message(self, text: str) -> None:
        """Say a sentence that a person should read."""
        self.say("message", text=text)

    def artifact(self, name: str, path: Path) -> None:
        """Say that a file or folder was made."""
        self.say("artifact", name=name, path=str(Path(path).relative_to(self.folder)))

    def record(self, name: str, data: dict[str, Any]) -> None:
        """Say one finished piece of the result."""
        self.say("record", name=name, data=data)

    def memory(
        self, now_mib: float, peak_mib: float, *, gpu_now_mib: float | None = None, gpu_peak_mib: float | None = None
    ) -> None:
        """Say how much memory this process holds and has held at most; whoever carries work out says it."""
        on_gpu = {"gpu_now_mib": gpu_now_mib, "gpu_peak_mib": gpu_peak_mib}
        held = {"now_mib": now_mib, "peak_mib": peak_mib, **{k: v for k, v in on_gpu.items() if v is not None}}
        self.say("memory", pid=os.getpid(), **{name: round(mib, 1) for name, mib in held.items()})

    def token(self, part: str, text: str) -> None:
        """Say the next piece of the answer that `part` is writing."""
        self.say("token", part=part, text=text)


class ListReport(Report):
    """A report that keeps its events in `events`; set `stop` to make the work stop at its next check."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.events: list[Event] = []
        self.stop = False

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def stop_asked(self) -> bool:
        return self.stop

    def values(self, name: str) -> list[float]:
        """Return every value that was said of the metric `name`, in order."""
        return [e["value"] for e in self.events if e["kind"] == "metric" and e["name"] == name]


class PrefixedReport(Report):
    """A report inside another: phases, metrics and artifacts are told with its label before them.

    Parameters
    ----------
    outer : Report
        Where events go.
    label : str
        So that a reader knows which part is meant.
    """

    def __init__(self, outer: Report, label: str) -> None:
        super().__init__(outer.folder)
        self.outer, self.label = outer, label

    def emit(self, event: Event) -> None:
        if event["kind"] == "progress":
            event = {**event, "phase": f"{self.label}: {event['phase']}", "part": self.label}
        elif event["kind"] == "memory":
            event = {**event, "part": self.label}
        elif event["kind"] in ("metric", "artifact"):
            event = {**event, "name": f"{self.label}/{event['name']}"}
        self.outer.emit(event)

    def stop_asked(self) -> bool:
        return self.outer.stop_asked()

    @property
    def insists(self) -> bool:
        return self.outer.insists

    @property
    def on(self) -> str:
        return self.outer.on
