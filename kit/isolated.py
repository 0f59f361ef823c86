"""Carry out one spec in a fresh process and hear it report.

A sweep measures each variant in a process of its own: its peak memory is its own, everything is given back when it
ends, and one that crashes takes nobody with it. Several ranks of a training run start the same way.

The spec comes in on the child's standard input, events and the result go out on its standard output as JSON lines,
everything else a library prints goes to standard error. Its standard input stays open as a lifeline: when the parent
dies, the child sees the end of it and goes too.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kit.errors import KitError, MissingPackageError, Stopped, UnsupportedError
from kit.i18n import _
from kit.report import Event, Report
from kit.result import Result
from kit.spec import Spec, carry_out, load_spec
from kit.teller import MemoryTeller
from kit.warm import Call, Process, start_call, worker_environment

_LONGEST = 400  # characters of an error of a library
_HELD_NOW = {"now_mib", "gpu_now_mib"}


def error_dict(exc: BaseException) -> dict[str, str]:
    """Return an error as plain values: its type, its message and, where it has one, the next step."""
    if isinstance(exc, KitError):
        return {"type": type(exc).__name__, "message": exc.problem, "fix": exc.fix}
    name, text = type(exc).__name__, " ".join(str(exc).split())  # some libraries say a whole page
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    fix = _("Nobody foresaw this; log.txt in the run's folder tells where it came up.")
    return {"type": name, "message": f"{name}: {shown}" if text else name, "fix": fix}


@dataclass
class Child:
    """A process that carries one spec out: its lifeline and, where it is heard, what it says."""

    process: Process
    lifeline: IO[str]
    said: IO[str]


_silent: set[int] = set()  # ids of those whose events nobody hears: what memory they hold must be said for them


def result_of_child(child: Child) -> Result | None:
    """Hear a child whose events matter to nobody to its end, and return its result; None where it gave none.

    What memory it holds is counted to this process.
    """
    if child.process.pid is not None:
        _silent.add(child.process.pid)
    result: Result | None = None
    for line in child.said:
        message = _message(line)
        if message is not None and "result" in message:
            result = Result.from_dict(message["result"])
    return result


def start_child(spec: Spec, folder: Path, *, environment: dict[str, str] | None = None, errors: int = 2) -> Child:
    """Start a process that carries out `spec` and return it at once.

    With an `environment` of its own it is a fresh interpreter, whose libraries read that as they are imported.
    `errors` is the open file that its standard error goes to; left out, that of this process.
    """
    inner, lifeline = os.pipe()
    said, outer = os.pipe()
    call = Call(
        "kit.isolated:main",
        (str(folder),),
        worker_environment(environment),
        os.getcwd(),
        preload=spec.libraries(),
        streams=(0, 1, 2),
    )
    try:
        process = start_call(call, [inner, outer, errors], warm=environment is None)
    finally:
        os.close(inner)
        os.close(outer)
    child = Child(process, os.fdopen(lifeline, "w"), os.fdopen(said, encoding="utf-8"))
    with contextlib.suppress(BrokenPipeError):  # a child that died at once tells by its exit code
        child.lifeline.write(json.dumps(spec.to_dict()) + "\n")
        child.lifeline.flush()
    return child


def carry_out_isolated(
    spec: Spec,
    report: Report,
    *,
    environment: dict[str, str] | None = None,
    started: Callable[[Child], object] = lambda child: None,
) -> Result:
    """Carry out `spec` in a fresh process, passing its events on to `report`; `started` is given the process at once.

    Returns
    -------
    Result
        Never raises for what happens in the child: a crash is a result with status "failed" and the exit signal in
        its error.

    Raises
    ------
    Stopped
        `report` was asked to stop; the child is gone. Carries the result that the child gave, if it gave one.
    """
    child = start_child(spec, report.folder, environment=environment)
    started(child)
    watcher = _StopWatcher(child, report)
    result: Result | None = None
    memory: dict[int, Event] = {}  # the last word of each process
    try:
        for line in child.said:
            message = _message(line)
            if message is None:
                continue
            if "result" in message:
                result = Result.from_dict(message["result"])
            else:
                report.emit(message)
                if message["kind"] == "memory":
                    memory[message["pid"]] = message
    finally:
        watcher.end()
        end_child(child)
    for message in memory.values():
        if message["now_mib"]:  # it was killed before it could say that it holds nothing any more
            report.emit({**message, "t": round(time.time(), 3), **dict.fromkeys(message.keys() & _HELD_NOW, 0.0)})
    # Work that came to its end before it heard of the stop keeps its result; the caller's next check tells it to stop.
    if (result.status == "stopped") if result else watcher.stopped:
        raise Stopped(result)
    if result is None:
        result = Result(spec=spec.to_dict(), status="failed", error=death(child.process))
    return result


def _message(line: str) -> dict[str, Any] | None:
    try:
        message: dict[str, Any] = json.loads(line)
    except ValueError:  # the child was killed in the middle of it
        return None
    return message


def end_child(child: Child, patience_s: float = 10.0) -> None:
    """Make sure that `child` is gone: close its lifeline, wait, then kill."""
    _silent.discard(child.process.pid or 0)
    for pipe in (child.lifeline, child.said):
        with contextlib.suppress(OSError):
            pipe.close()
    if not child.process.wait(patience_s):
        child.process.send_signal(signal.SIGKILL)
        child.process.wait(patience_s)


def death(process: Process) -> dict[str, str]:
    """Return as an error how a process ended that gave no result."""
    code = process.returncode
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        message = _("The process was ended by {signal}.").format(signal=name)
        fix = _("See log.txt.")
        if name == "SIGKILL" and process.oom_kills:
            message = _("Out of memory: the system ended the process ({signal}).").format(signal=name)
        if name == "SIGKILL":
            fix = _("SIGKILL most often means that memory ran out: try a smaller model, batch or precision.")
        return {"type": "Crashed", "message": message, "fix": fix}
    return {
        "type": "Crashed",
        "message": _("The process ended with code {code}.").format(code=_("unknown") if code is None else code),
        "fix": _("See log.txt."),
    }


_PATIENCE_S = 20.0  # how long a child may take from hearing of the stop to its next check


class _StopWatcher:
    """Watches `report` on a thread and ends the child when a stop is asked for, even while it is silent."""

    def __init__(self, child: Child, report: Report) -> None:
        self._child, self._report = child, report
        self._over = threading.Event()
        self.stopped = False
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            if self._report.stop_asked():
                self.stopped = True
                self._child.process.send_signal(signal.SIGTERM)
                if self._over.wait(_PATIENCE_S):
                    return
                self._child.process.send_signal(signal.SIGKILL)
                return

    def end(self) -> None:
        self._over.set()
        self._thread.join()


class PipeReport(Report):
    """A report that writes each event as a line to a stream; SIGTERM asks it to stop."""

    def __init__(self, folder: Path, stream: IO[str]) -> None:
        super().__init__(folder)
        self._stream = stream
        self._lock = threading.Lock()
        self._stop = threading.Event()

    @property
    def insists(self) -> bool:
        return True  # whoever starts a child has seen whether there is room for it

    def emit(self, event: Event) -> None:
        self.write(event)

    def write(self, message: dict[str, Any]) -> None:
        """Write one JSON line."""
        with self._lock:
            self._stream.write(json.dumps(message) + "\n")
            self._stream.flush()

    def ask_stop(self, *_: object) -> None:
        """Ask the work to stop at its next check (also a signal handler)."""
        self._stop.set()

    def stop_asked(self) -> bool:
        return self._stop.is_set()


def result_of(values: dict[str, Any], report: Report) -> Result:
    """Carry out the spec that `values` describe and return a result whatever happens.

    A spec that cannot be read is a failed result too; a traceback goes to standard error. Meanwhile `report` is told
    what memory the work holds.
    """
    with MemoryTeller(report, _silent.copy):
        return _result_of(values, report)


def _result_of(values: dict[str, Any], report: Report) -> Result:
    try:
        result = carry_out(load_spec(values), report)
        json.dumps(result.to_dict())  # what cannot be written down is an error of the work, found while it can be told
        return result
    except Stopped as stop:
        kept: Result | None = stop.result
        return kept or Result(spec=values, status="stopped")
    except (Exception, SystemExit) as exc:  # a library that gives up by sys.exit() has failed, like any other
        if not isinstance(exc, KitError):
            traceback.print_exc()
        unsupported = isinstance(exc, UnsupportedError | MissingPackageError)
        return Result(spec=values, status="unsupported" if unsupported else "failed", error=error_dict(exc))


def _leave_with_parent() -> None:
    # os.read, not sys.stdin: a thread inside a buffered reader aborts the interpreter when it shuts down.
    while os.read(0, 4096):
        continue
    os._exit(1)


def main(folder: str) -> None:
    """Be the child: read a spec from standard input, carry it out, write events and the result."""
    stream = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    report = PipeReport(Path(folder), stream)
    signal.signal(signal.SIGTERM, report.ask_stop)
    values = json.loads(sys.stdin.readline())
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    report.write({"result": result_of(values, report).to_dict()})
