"""Start a run, in a process of its own or right here, and take one up again."""

from __future__ import annotations

import json
import os
import random
import string
import time
from pathlib import Path

from kit.errors import KitError
from kit.i18n import _
from kit.jobs.allowed import check_allowed
from kit.jobs.autopsy import NOTE
from kit.jobs.events import EventWriter
from kit.jobs.lock import RunBusyError, run_lock
from kit.jobs.process import write_identity, write_starter
from kit.jobs.run import Run
from kit.jobs.state import RESUMABLE
from kit.jobs.summary import forget_summary
from kit.jobs.terminal import ProgressLine, TerminalReport
from kit.jobs.work import work
from kit.place import runs_folder, write_atomic
from kit.runners import check_reachable
from kit.spec import Spec, check_work
from kit.warm import Call, start_call, worker_environment

_LEAVE_S = 10.0  # how long a worker may take from its last word to its end


def create_run(spec: Spec, *, origin: str | None = None, on: str | None = None) -> Run:
    """Make the folder of a run that has not begun (parameters as in `start`).

    Raises
    ------
    ReadOnlyError
        This is the kernel of an app whose visitors may only look.
    KitError
        The folder of all runs cannot be written to.
    """
    check_allowed()
    check_work(spec)
    kind = type(spec).__name__.removesuffix("Spec").lower()
    while True:
        letters = "".join(random.choices(string.ascii_lowercase, k=4))
        folder = runs_folder() / f"{time.strftime('%Y%m%d-%H%M%S')}-{kind}-{letters}"
        try:
            folder.mkdir(parents=True)
            break
        except FileExistsError:
            continue
        except OSError as exc:
            raise _unwritable(folder.parent, exc) from exc
    about = {
        "created": time.time(),
        "cwd": str(_here()),
        "origin": origin,
        "on": on,
        "notebook": os.environ.get("JPY_SESSION_NAME"),
    }
    try:
        (folder / "artifacts").mkdir()
        write_atomic(folder / "spec.json", spec.to_json())
        write_starter(folder, os.getpid())
        write_atomic(folder / "about.json", json.dumps(about))  # last: it makes the folder a run
    except OSError as exc:
        raise _unwritable(folder, exc) from exc
    return Run(folder)


def start(spec: Spec, *, origin: str | None = None, now: bool = False, on: str | None = None) -> Run:
    """Start `spec` in a process of its own and return at once.

    The process is the leader of a new session: it outlives the cell, the kernel and the browser tab.

    Parameters
    ----------
    spec : Spec
        What to do.
    origin : str, optional
        The name of the panel that starts it, by which the panel finds it again.
    now : bool, default False
        Begin without waiting for a turn on the device, and even where it needs more memory than this machine has.
    on : str, optional
        The address of a Dask scheduler, such as "tcp://host:8786", whose workers carry the work out: a search or a
        sweep in pieces, any other spec whole on one of them. They need Tunebook, the model and the data.

    Raises
    ------
    ReadOnlyError
        This is the kernel of an app whose visitors may only look.
    ServerError
        No scheduler answers at that address.
    """
    check_allowed()
    if on is not None:
        check_reachable(on)
    run = create_run(spec, origin=origin, on=on)
    with run_lock(run.folder) as lock:
        _launch(run, lock, spec.libraries(), now)
    return run


def resume(run: Run, *, now: bool = False, on: str | None = None) -> Run:
    """Go on with a run that was stopped, failed or crashed, from what it has saved, and return it at once.

    Parameters
    ----------
    now : bool, default False
        Begin without waiting for a turn on the device, and even where it needs more memory than this machine has.
    on : str, optional
        The address that the scheduler of the run has now; left out, the one that it was started on, if any.

    Raises
    ------
    KitError
        It lives, it is finished, somebody else resumes it just now, or the scheduler it was started on is away.
    """
    check_allowed()
    until = time.monotonic() + _LEAVE_S
    while True:
        try:
            with run_lock(run.folder) as lock:
                _check_resumable(run)
                _check_scheduler(run, on)
                _launch(run, lock, _preload(run), now)
                return run
        except RunBusyError:  # most often the worker of the last attempt, which is about to be gone
            _check_resumable(run)
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _check_scheduler(run: Run, on: str | None) -> None:
    """Raise unless the scheduler of a run can be reached, where it has one; keep its address, where it is a new one."""
    wanted = on or run.on
    if wanted is None:
        return
    check_reachable(wanted)
    if wanted != run.on:
        write_atomic(run.folder / "about.json", json.dumps({**run.about, "on": wanted}))


def _check_resumable(run: Run) -> None:
    state = run.status.state
    if state not in RESUMABLE:
        raise KitError(
            _("Run {id} cannot be resumed: it is {state}.").format(id=run.id, state=state),
            fix=_("Start it anew with kit.start(run.spec).") if state == "finished" else _("It goes on by itself."),
        )


def run_here(spec: Spec, *, now: bool = False) -> Run:
    """Carry `spec` out in this process, as a run that others can watch, and return it when it is over.

    It waits for no turn. How far it is shows on standard error: one line that moves on a terminal, one line for each
    phase elsewhere.

    Parameters
    ----------
    now : bool, default False
        Begin even where it needs more memory than this machine has.
    """
    run = create_run(spec)
    line = ProgressLine()
    shown = TerminalReport(run.folder, line)
    with run_lock(run.folder):
        _begin_attempt(run)
        write_identity(run.folder, os.getpid())
        try:
            work(run.folder, heard=shown.emit, now=True, insists=now)  # a call is meant here and now
        finally:
            line.clear()
    return run


def _launch(run: Run, lock: int, preload: tuple[str, ...], now: bool) -> None:
    """Start the worker of a run whose lock is held, and hand it the lock."""
    _begin_attempt(run)
    call = Call(
        "kit.jobs.worker:main",
        (str(run.folder), {"fd": 0}, now),
        worker_environment(),
        str(_home_of(run)),
        preload=preload,
        note=str(run.folder / NOTE),
        streams=(None, 1, 1),
    )
    try:
        with open(run.folder / "log.txt", "ab") as log:
            process = start_call(call, [lock, log.fileno()])
    except OSError as exc:
        _say(run, "failed", _("Its process cannot be started: {reason}.").format(reason=exc.strerror or exc))
        raise KitError(
            _("No process can be started for run {id}: {reason}.").format(id=run.id, reason=exc.strerror or exc),
            fix=_("Close what else is running, then resume it: run.resume()."),
        ) from exc
    write_starter(run.folder, process.identity)
    process.forget()


def _preload(run: Run) -> tuple[str, ...]:
    try:
        return run.spec.libraries()
    except KitError:  # work that only its own kernel can import
        return ()


def _home_of(run: Run) -> Path:
    """Return the folder in which the run was started, by which the paths in its spec may go."""
    folder = Path(run.about["cwd"])
    return folder if folder.is_dir() else _here()


def _begin_attempt(run: Run) -> None:
    """Put away what an earlier attempt left, and say that a new one begins."""
    try:
        write_starter(run.folder, os.getpid(), anew=True)
        for name in ("stop", NOTE):
            (run.folder / name).unlink(missing_ok=True)
        for path in run.folder.glob(".*.json.*"):  # what a killed writer had not yet given its name
            path.unlink(missing_ok=True)
        forget_summary(run.folder)
    except OSError as exc:
        raise _unwritable(run.folder, exc) from exc
    _say(run, "starting")


def _say(run: Run, state: str, cause: str = "") -> None:
    writer = EventWriter(run.folder / "events.jsonl")
    try:
        writer.write({"t": round(time.time(), 3), "kind": "state", "state": state, "cause": cause})
        writer.flush()
    except OSError as exc:
        raise _unwritable(run.folder, exc) from exc
    finally:
        writer.close()


def _unwritable(folder: Path, exc: OSError) -> KitError:
    return KitError(
        _("Nothing can be written to {folder}: {reason}.").format(folder=folder, reason=exc.strerror or exc),
        fix=_("Make room there, or name another folder in TUNEBOOK_HOME."),
    )


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # the folder was removed while the kernel stood in it
        return Path.home()
