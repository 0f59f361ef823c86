"""One execution of a spec, seen from anywhere: a folder, and what can be asked and told of it.

A `Run` holds no handle on its process. Any number of them, in any kernel, may look at one folder and agree.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.errors import RunFailedError, RunNotFoundError
from kit.i18n import _
from kit.jobs import process
from kit.jobs.allowed import check_allowed
from kit.jobs.autopsy import cause_of_death
from kit.jobs.events import EventReader
from kit.jobs.state import ENDED, RESUMABLE, Status
from kit.jobs.summary import Summary, SummedStatus, read_summary, summarize, summary_mark
from kit.report import Event
from kit.result import Result
from kit.spec import Spec, load_spec

_POLL_S = 0.1


class Run:
    """One execution of a spec.

    Parameters
    ----------
    folder : Path
        The run's folder: ``spec.json``, ``events.jsonl``, ``log.txt``, ``result.json``, ``artifacts/``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._reader = EventReader(self.folder / "events.jsonl")
        self._status = Status()
        self._spec: Spec | None = None
        self._summed: tuple[object, Summary, SummedStatus] | None = None

    @property
    def id(self) -> str:
        """The run's name: date, time, kind of work and four random letters."""
        return self.folder.name

    @property
    def spec(self) -> Spec:
        """The spec, as it was given."""
        if self._spec is None:
            self._spec = load_spec(self.folder / "spec.json")
        return self._spec

    @property
    def about(self) -> dict[str, Any]:
        """Where the run came from: "created", "cwd", "origin" when a panel started it, "on" which scheduler."""
        values: dict[str, Any] = json.loads((self.folder / "about.json").read_text(encoding="utf-8"))
        return values

    @property
    def on(self) -> str | None:
        """The address of the scheduler whose workers carry it out, or None where this machine does."""
        try:
            return self.about.get("on")
        except (OSError, ValueError):  # a folder that is removed just now
            return None

    @property
    def status(self) -> Status:
        """What is known of the run now; the same object, brought up to date."""
        stored = None if self._reader.offset else self._stored()  # who has begun with the log goes on with it
        if stored is not None:
            return stored[2]
        living = process.alive(self.folder)  # asked before the log is read: a last word is never missed
        for event in self._reader.read():
            self._status.add(event)
        self._settle(living)
        return self._status

    @property
    def summary(self) -> Summary:
        """The run in a few words and numbers; of one that is over, got without reading its log."""
        stored = self._stored()
        return summarize(self.folder, self.status) if stored is None else stored[1]

    @property
    def summed_up(self) -> bool:
        """Did `summary` come from the file that the worker wrote at its end?"""
        return self._summed is not None

    def _stored(self) -> tuple[object, Summary, SummedStatus] | None:
        mark = summary_mark(self.folder)
        if self._summed is None or self._summed[0] != mark:
            found = None if mark is None else read_summary(self.folder)
            if found is None:
                self._summed = None
            else:
                self._summed = (mark, found, SummedStatus(found, EventReader(self._reader.path).read))
        return self._summed

    def _settle(self, living: bool) -> None:
        status = self._status
        if status.said in ENDED:
            return
        if living:
            stopping = (self.folder / "stop").exists()
            status.state, status.ended = "stopping" if stopping else status.said, None
            return
        (self.folder / "about.json").stat()  # raises where the whole run is gone
        status.state, status.ended = "crashed", status.updated or None
        status.cause, status.fix = cause_of_death(self.folder, began=status.started is not None)

    @property
    def resumable(self) -> bool:
        """Can it be gone on with?"""
        return self.status.state in RESUMABLE

    @property
    def result(self) -> Result:
        """The result.

        Raises
        ------
        RunFailedError
            There is none (yet); the message tells the state and its cause.
        """
        try:
            values = json.loads((self.folder / "result.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunFailedError(
                _("Run {id} has no result: it is {status}.").format(id=self.id, status=self.status),
                fix=_("Wait for it with run.wait()."),
            ) from None
        result = Result.from_dict(values).in_folder(self.folder)
        if result.status == "failed" and not result.parts:
            raise failed(self.id, result)
        return result

    def artifact(self, name: str) -> Path:
        """Return the path of the file or folder that the run made under `name`.

        Raises
        ------
        RunNotFoundError
            The run made nothing of that name.
        """
        made = self.status.artifacts
        if name not in made:
            raise RunNotFoundError(
                _("Run {id} made no {name!r}; it made: {made}.").format(
                    id=self.id, name=name, made=", ".join(made) or _("nothing")
                )
            )
        return self.folder / made[name]

    def watch(self, timeout: float | None = None) -> Iterator[Event]:
        """Yield every event from the first on, waiting for new ones, until the run is over.

        Parameters
        ----------
        timeout : float, optional, seconds
            Stop watching (not the run) after so long.
        """
        reader = EventReader(self.folder / "events.jsonl")
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            over = self.status.over
            yield from reader.read()
            if over or (until is not None and time.monotonic() > until):
                return
            time.sleep(_POLL_S)

    def wait(self, timeout: float | None = None) -> Run:
        """Wait until the run is over and return it.

        Raises
        ------
        TimeoutError
            It was not over after `timeout` seconds; it goes on.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while not self.status.over:
            if until is not None and time.monotonic() > until:
                raise TimeoutError(_("Run {id} is still {status}.").format(id=self.id, status=self.status))
            time.sleep(_POLL_S)
        if self.status.state == "crashed":  # whoever saw its end writes it down a moment later
            time.sleep(_POLL_S)
        return self

    def stop(self) -> None:
        """Ask the run to stop at its next step; it keeps what it has. Returns at once."""
        check_allowed()
        if not self.status.over:
            (self.folder / "stop").touch()

    def resume(self, *, now: bool = False, on: str | None = None) -> Run:
        """Go on, from what it has saved, with a run that was stopped, failed or crashed; returns at once.

        Parameters
        ----------
        now : bool, default False
            Begin without waiting for a turn on the device, and even where it needs more memory than there is.
        on : str, optional
            The address that its scheduler has now; left out, the one that it was started on, if any.

        Raises
        ------
        KitError
            It lives, it is finished, or its scheduler is not to be reached.
        """
        from kit.jobs.start import resume  # it makes runs

        return resume(self, now=now, on=on)

    @property
    def log(self) -> str:
        """What the process printed."""
        path = self.folder / "log.txt"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def log_tail(self, characters: int = 4000) -> str:
        """Return the end of what the process printed, without reading the rest."""
        try:
            with open(self.folder / "log.txt", "rb") as file:
                file.seek(-min(file.seek(0, 2), 4 * characters), 2)  # a character takes four bytes at most
                return file.read().decode("utf-8", errors="replace")[-characters:]
        except FileNotFoundError:
            return ""

    def delete(self) -> None:
        """Move the run to the trash, from which `kit.jobs.restore` brings it back.

        Raises
        ------
        KitError
            The run is not over.
        """
        from kit.jobs.trash import discard  # it makes runs of what it brings back

        discard(self)

    def as_spec_value(self) -> str:
        """Return how a spec names this run where it wants a model."""
        return f"run:{self.id}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and other.folder == self.folder

    def __hash__(self) -> int:
        return hash(self.folder)

    def __repr__(self) -> str:
        return f"Run({self.id!r}: {self.status})"


def failed(id: str, result: Result) -> RunFailedError:
    """Return the error for a run that gave nothing, with what `result` says of it."""
    error = result.error or {"message": "", "fix": ""}
    return RunFailedError(_("Run {id} failed: {message}").format(id=id, message=error["message"]), fix=error["fix"])
