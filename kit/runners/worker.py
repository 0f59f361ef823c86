"""What a worker of a scheduler does for a run: carries one piece out, and answers whoever asks how far it is.

The run asks about once a second; the answer holds what the piece has said since. So the questions are also a sign of
life: a piece about which nobody asks any more is given up, since its run is gone. A worker carries out one piece at a
time, however many threads it has: start several workers on a machine that has room for several.
"""

from __future__ import annotations

import dataclasses
import platform
import shutil
import socket
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kit.errors import Stopped
from kit.i18n import _
from kit.isolated import error_dict
from kit.report import Event, Report
from kit.result import Result
from kit.runners.parcel import pack, unpack
from kit.spec import Spec, load_spec, resolve
from kit.version import version

LEASE_S = 30.0  # without a question, after which a run is taken to be gone
_LOOK_S = 0.2

_pieces: dict[str, _Piece] = {}  # under way in this process, by token
_turn = threading.Lock()


class _Piece(Report):
    """The report of a piece: keeps what is said until it is fetched."""

    def __init__(self, folder: Path, *, insists: bool, lease_s: float) -> None:
        super().__init__(folder)
        self._insists, self._lease_s = insists, lease_s
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._events: list[Event] = []
        self._fetched = 0
        self._asked = time.monotonic()

    @property
    def insists(self) -> bool:
        return self._insists

    def emit(self, event: Event) -> None:
        with self._lock:
            self._events.append(event)

    def after(self, count: int) -> list[Event]:
        """Return what was said after the first `count` events, which need not be kept any longer."""
        with self._lock:
            self._asked = time.monotonic()
            del self._events[: max(count - self._fetched, 0)]
            self._fetched = max(count, self._fetched)
            return list(self._events)

    def rest(self) -> dict[str, Any]:
        """Return what was not fetched, after how many events that were, and what time it is here."""
        with self._lock:
            return {"events": list(self._events), "fetched": self._fetched, "now": time.time()}

    def ask_stop(self) -> None:
        """Ask the piece to stop at its next check."""
        self._stop.set()

    def stop_asked(self) -> bool:
        return self._stop.is_set() or time.monotonic() - self._asked > self._lease_s


def about() -> dict[str, str]:
    """Return what a run wants to know of a worker before it gives it work."""
    return {"version": version(), "python": platform.python_version(), "host": socket.gethostname()}


def said_after(token: str, count: int) -> dict[str, Any] | None:
    """Return what a piece has said after its first `count` events and what time it is here, or None without it."""
    piece = _pieces.get(token)
    return None if piece is None else {"now": time.time(), "events": piece.after(count)}


def ask_stop(token: str) -> None:
    """Ask every piece to stop whose token begins with `token`."""
    for known, piece in list(_pieces.items()):
        if known.startswith(token):
            piece.ask_stop()


def carry_out(
    token: str,
    work: str,
    values: dict[str, Any],
    parcel: bytes,
    *,
    insists: bool,
    lease_s: float = LEASE_S,
) -> dict[str, Any]:
    """Carry one piece out in a folder of its own; never raises.

    Parameters
    ----------
    token : str
        By which it is asked about.
    work : str
        The import path of what carries it out.
    values : dict
        The spec.
    parcel : bytes
        Files that an earlier attempt has left.
    insists : bool
        Does it begin even where it needs more memory than there is?
    lease_s : float
        After which it stops when nobody asks about it.

    Returns
    -------
    dict
        "result", "stopped" (was it asked to?), "files" (a parcel, or None where they are too large and stay in the
        folder that the result's facts name in "left_in"), and what was not fetched of what it said.
    """
    here, scratch = _here()
    folder = Path(tempfile.mkdtemp(prefix="tunebook-piece-", dir=scratch))
    piece = _pieces[token] = _Piece(folder, insists=insists, lease_s=lease_s)
    too_large = False
    try:
        unpack(parcel, folder)
        result, stopped = _in_turn(work, values, piece)
        files = pack(folder)
        too_large = files is None
        facts = {"worker": here, **({"left_in": str(folder)} if too_large else {})}
        result = _told_where(dataclasses.replace(result, facts={**result.facts, **facts}), here)
        return {"result": result.to_dict(), "stopped": stopped, "files": files, **piece.rest()}
    finally:
        del _pieces[token]
        if not too_large:
            shutil.rmtree(folder, ignore_errors=True)


def _in_turn(work: str, values: dict[str, Any], piece: _Piece) -> tuple[Result, bool]:
    """Return the result of a piece, whatever happens, and whether it was asked to stop."""
    while not _turn.acquire(timeout=_LOOK_S):
        if piece.stop_asked():
            return Result(spec=values, status="stopped"), True
    try:
        do: Callable[[Spec, Report], Result] = resolve(work)
        return do(load_spec(values), piece), False
    except Stopped as stop:
        kept: Result | None = stop.result
        return kept or Result(spec=values, status="stopped"), True
    except (Exception, SystemExit) as exc:
        traceback.print_exc()
        return Result(spec=values, status="failed", error=error_dict(exc)), False
    finally:
        _turn.release()


def _here() -> tuple[str, str | None]:
    """Return what to call this worker, and the folder that is cleared after it, even where it was killed."""
    from distributed import get_worker  # what runs this has it loaded

    try:
        told = get_worker()
    except ValueError:  # not the task of a worker
        return socket.gethostname(), None
    return f"{socket.gethostname()} ({told.address})", told.local_directory


def _told_where(result: Result, here: str) -> Result:
    """Return a result whose error tells on which machine it came up."""
    if result.error is None:
        return result
    words = _("It came up on {worker}: names and paths are those of that machine.").format(worker=here)
    error = {**result.error, "fix": f"{result.error.get('fix', '')} {words}".strip()}
    return dataclasses.replace(result, error=error)
