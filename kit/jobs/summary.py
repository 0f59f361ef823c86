"""A run in a few words and numbers, written down when it ends, so that a thousand of them are listed at once.

The log stays the truth. A summary is written after the last word of the log and notes how long the log was then: one
that a longer log has overtaken counts for nothing, and neither does one that cannot be read.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from kit.jobs.events import EventReader
from kit.jobs.state import ENDED, Status
from kit.place import write_atomic
from kit.report import Event

_FILE = "summary.json"
_LOG = "events.jsonl"
FIGURES = ("acc", "validation_accuracy", "perplexity", "validation_loss", "loss")  # the first there is counts


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a list shows of a run.

    `kind` is the kind of work ("tune", "sweep", ...), `model` and `data` are the names that stand in the spec, or "".
    `figures` holds the newest values of the metrics in `FIGURES`, those of a part of the work with its name before, as
    in "bf16/acc", `throughput` a number and its unit. Times are Unix times in seconds.
    """

    id: str
    kind: str = ""
    model: str = ""
    data: str = ""
    state: str = "starting"
    cause: str = ""
    fix: str = ""
    created: float = 0
    attempt: int = 1
    worked_s: float = 0
    started: float | None = None
    ended: float | None = None
    updated: float = 0
    phase: str = ""
    done: float = 0
    total: float | None = None
    unit: str = ""
    throughput: tuple[float, str] | None = None
    memory_mib: float | None = None
    memory_peak_mib: float | None = None
    gpu_memory_mib: float | None = None
    gpu_memory_peak_mib: float | None = None
    origin: str | None = None
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Has the run ended, in whatever way?"""
        return self.state in ENDED

    @property
    def took_s(self) -> float | None:
        """Seconds of work in all its attempts, or None for a run that has not begun or is not over."""
        return None if self.started is None or self.ended is None else self.worked_s


class SummedStatus(Status):
    """The status of a run that is over, from its summary; what only the log holds is read when it is asked for."""

    def __init__(self, summary: Summary, read: Callable[[], Iterable[Event]]) -> None:
        own = {f.name for f in fields(Status)}
        super().__init__(**{f.name: getattr(summary, f.name) for f in fields(Summary) if f.name in own})
        self._read = read
        for name in _IN_LOG:
            del self.__dict__[name]

    def __getattr__(self, name: str) -> Any:  # asked only for what is not here yet
        if name not in _IN_LOG:
            raise AttributeError(name)
        whole = Status()
        for event in self._read():
            whole.add(event)
        self.__dict__.update({each: getattr(whole, each) for each in _IN_LOG})
        return self.__dict__[name]


_IN_LOG = ("metrics", "curves", "records", "messages", "texts", "artifacts")


def read_summary(folder: Path) -> Summary | None:
    """Return the summary of the run in `folder`, or None where there is none that its log bears out."""
    place = str(folder)  # a thousand times over, joining paths by hand counts
    try:
        with open(f"{place}/{_FILE}", "rb") as file:
            values = json.loads(file.read())
        if values.pop("log_bytes") != os.stat(f"{place}/{_LOG}").st_size:
            return None
        if "worked_s" not in values:  # written before runs could be resumed
            values["worked_s"] = (values["ended"] or 0) - (values["started"] or 0)
        summary = Summary(**{**values, "id": os.path.basename(place)})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return summary if summary.over else None


def summary_mark(folder: Path) -> tuple[int, int, int] | None:
    """Return what changes when the summary in `folder` or the log it tells of does, or None without a summary."""
    try:
        own, log = os.stat(f"{folder}/{_FILE}"), os.stat(f"{folder}/{_LOG}")
    except OSError:
        return None
    return own.st_mtime_ns, own.st_ino, log.st_size


def write_summary(folder: Path) -> None:
    """Sum the run in `folder` up; its log must have said its last word. A full disk costs the summary, no more."""
    reader, status = EventReader(folder / _LOG), Status()
    for event in reader.read():
        status.add(event)
    if not status.over:
        return
    with contextlib.suppress(OSError, ValueError):
        values = asdict(summarize(folder, status))
        write_atomic(folder / _FILE, json.dumps({**values, "log_bytes": reader.offset}))
        ring(folder.parent)


def forget_summary(folder: Path) -> None:
    """Remove the summary in `folder`, since the run goes on."""
    (folder / _FILE).unlink(missing_ok=True)
    ring(folder.parent)


def ring(runs: Path) -> None:
    """Tell everyone who watches the folder of all runs that something in it has changed."""
    with contextlib.suppress(OSError):
        os.utime(runs)


def summarize(folder: Path, status: Status) -> Summary:
    """Return the summary of the run in `folder`, whose log was folded into `status`.

    Raises
    ------
    OSError, ValueError
        The folder is no run (any more).
    """
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    spec = _spec(folder)
    shared = {f.name: getattr(status, f.name) for f in fields(Summary) if hasattr(status, f.name)}
    if status.over:  # that of a living one would change with every look
        shared["worked_s"] = status.elapsed_s or 0.0
    figures = {name: value for name, value in status.metrics.items() if name.rpartition("/")[2] in FIGURES}
    return Summary(
        id=folder.name,
        kind=str(spec.get("spec", "")).rpartition(":")[2].removesuffix("Spec").lower(),
        model=_find(spec, "model") or str(spec.get("name") or ""),
        data=_find(spec, "source"),
        created=float(about["created"]),
        origin=about.get("origin"),
        figures=figures,
        **shared,
    )


def _spec(folder: Path) -> dict[str, Any]:
    try:
        values = json.loads((folder / "spec.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _find(values: Any, name: str) -> str:
    """Return the first text named `name` in a spec or in those that it holds, or "": no kind of work is known here."""
    if isinstance(values, dict):
        own = values.get(name)
        if isinstance(own, str):
            return own
        values = list(values.values())
    found = (
        (_find(value, name) for value in values if isinstance(value, dict | list)) if isinstance(values, list) else ()
    )
    return next(filter(None, found), "")
