"""The state of a run, folded from its events.

========== ======================================================================
state      meaning
========== ======================================================================
queued     it waits for its turn, and `cause` tells for what
starting   the process exists and has not said anything about its work yet
running    the work is going on
stopping   a stop was asked for and the work has not come to its next check
stopped    it was asked to stop and did; what was done is kept
finished   it came to its end
failed     it came to an error, which `cause` tells
crashed    its process is gone without a word; `cause` tells what is known
========== ======================================================================

A run that is resumed goes on in the same log, as its next attempt.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from kit.i18n import _
from kit.jobs.course import Course
from kit.jobs.held import Held
from kit.report import Event
from kit.words import remaining

ENDED = ("stopped", "finished", "failed", "crashed")
RESUMABLE = ("stopped", "failed", "crashed")
_GOING = ("starting", "running")


@dataclass
class Status:
    """What is known of a run now.

    `curves` holds (step, value) pairs of every metric said with a step, `metrics` the newest value of each metric,
    `records` the finished pieces by name, `messages` every sentence said, `texts` the answers as far
    as they are written, by part. `said` is the state by the log alone, `worked_s` the seconds of the attempts that are
    over. Memory is that of all its processes together. Times are Unix times in seconds.
    """

    state: str = "starting"
    said: str = "starting"
    attempt: int = 0
    worked_s: float = 0
    cause: str = ""
    fix: str = ""
    phase: str = ""
    done: float = 0
    total: float | None = None
    unit: str = ""
    started: float | None = None
    ended: float | None = None
    updated: float = 0
    metrics: dict[str, float] = field(default_factory=dict)
    curves: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    records: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    messages: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    artifacts: dict[str, str] = field(default_factory=dict)
    memory_peak_mib: float | None = None
    gpu_memory_peak_mib: float | None = None
    _course: Course = field(default_factory=Course, compare=False)
    _ram: Held = field(default_factory=Held, compare=False)
    _gpu: Held = field(default_factory=lambda: Held("gpu_"), compare=False)
    _tokens: tuple[str, float] | None = None  # tokens_per_s, and in which phase it was said
    _since: float | None = None  # when the present stretch of work began

    @property
    def over(self) -> bool:
        """Has the run ended, in whatever way?"""
        return self.state in ENDED

    @property
    def share(self) -> float | None:
        """How much of the phase is done, 0 to 1, or None where the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total else None

    @property
    def elapsed_s(self) -> float | None:
        """Seconds of work so far, in all attempts; waiting for a turn and pauses left out."""
        if self.started is None:
            return None
        running = 0.0 if self._since is None else (self.ended or time.time()) - self._since
        return self.worked_s + max(running, 0.0)

    @property
    def eta_s(self) -> float | None:
        """Seconds until the phase ends at its pace now, and the one that it interrupts; None while nobody can know."""
        return self._course.left_s(time.time()) if self.state in _GOING else None

    @property
    def throughput(self) -> tuple[float, str] | None:
        """How much is done a second now and of what ("tokens/s", else the unit of the phase), or None."""
        if self.state not in _GOING:
            return None
        if self._tokens is not None and self._tokens[0] == self.phase:
            return self._tokens[1], "tokens/s"
        per_s = self._course.per_s()
        return None if per_s is None or not self.unit else (per_s, f"{self.unit}/s")

    @property
    def memory_mib(self) -> float | None:
        """What its processes hold now, or None where none has said."""
        return None if self.over else self._ram.now_mib

    @property
    def gpu_memory_mib(self) -> float | None:
        """What its processes have reserved on GPUs now, or None where they use none."""
        return None if self.over else self._gpu.now_mib

    def add(self, event: Event) -> None:
        """Take one event in."""
        kind, at = event["kind"], event.get("t", 0.0)
        if kind == "progress":
            self._add_progress(event, at)
        elif kind == "metric":
            self.metrics[event["name"]] = event["value"]
            if event["name"].rpartition("/")[2] == "tokens_per_s":
                self._tokens = self.phase, event["value"]
            if event.get("step") is not None:
                self._add_point(event["name"], event["step"], event["value"])
        elif kind == "record":
            self.records[event["name"]].append(event["data"])
        elif kind == "token":
            self.texts[event["part"]] += event["text"]
        elif kind == "message":
            self.messages.append(event["text"])
        elif kind == "artifact":
            self.artifacts[event["name"]] = event["path"]
        elif kind == "memory":
            self._ram.add(event)
            self._gpu.add(event)
            self.memory_peak_mib, self.gpu_memory_peak_mib = self._ram.peak_mib, self._gpu.peak_mib
        elif kind == "state":
            self._add_state(event, at)

    def _add_progress(self, event: Event, at: float) -> None:
        self._course.add(at, event["phase"], event["done"], event.get("total"), event.get("part", ""))
        self.phase, self.done, self.total = event["phase"], event["done"], event.get("total")
        self.unit, self.updated = event.get("unit", ""), at

    def _add_point(self, name: str, step: int, value: float) -> None:
        """Add a point to a curve; a step that was there before takes the curve back to it (the work was resumed)."""
        curve = self.curves[name]
        while curve and curve[-1][0] >= step:
            curve.pop()
        curve.append((step, value))

    def _add_state(self, event: Event, at: float) -> None:
        self.state = self.said = event["state"]
        self.cause, self.fix = event.get("cause", ""), event.get("fix", "")
        if self.state == "starting" or not self.attempt:
            self._begin_attempt()
        if self.state == "running":
            self.started = at if self.started is None else self.started
            self._since = at if self._since is None else self._since
        elif self.state != "starting":
            self._pause(at)
            self.ended = at if self.over else None

    def _begin_attempt(self) -> None:
        self.attempt += 1
        self.phase, self.done, self.total, self.unit = "", 0, None, ""
        self._course.begin()
        self._ram.forget()
        self._gpu.forget()
        self._tokens = None
        self.ended = None
        self.texts.clear()
        self._pause(self.updated)  # where an attempt before this one crashed

    def _pause(self, at: float) -> None:
        if self._since is not None:
            self.worked_s += max(at - self._since, 0.0)
            self._since = None

    def __str__(self) -> str:
        parts = [self.state]
        if not self.over and self.phase:
            of = f" {self.done:g}" + (f" of {self.total:g}" if self.total else "") if self.done or self.total else ""
            parts.append(f"{self.phase}{of} {self.unit}".strip())
        if self.eta_s is not None:
            parts.append(_("{time} left").format(time=remaining(self.eta_s)))
        if self.cause:
            parts.append(f"{self.cause} {self.fix}".strip())
        return " · ".join(parts)

    def __repr__(self) -> str:
        return f"Status({self})"
