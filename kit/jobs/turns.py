"""The queue: runs that want the same device take turns.

Each run that waits is a living process that holds a ticket, a small file. A ticket counts as long as the process of its
run lives, so nothing has to be put in order after a crash. All tickets are read and changed under one lock, which the
system lets go when its holder dies.

A GPU takes one run at a time. The CPU takes as many as its memory has room for, by the estimates of their specs, but no
more than it has cores: beyond that all of them would only crawl.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.jobs.allowed import check_allowed
from kit.jobs.process import alive
from kit.jobs.run import Run
from kit.machine.facts import MIB, memory_free_mib, this_machine
from kit.place import home, runs_folder, write_atomic
from kit.spec import Needs


@dataclass(frozen=True)
class Ticket:
    """What one run waits for, or has.

    Parameters
    ----------
    run : str
        Its id.
    order : float
        The smallest comes first.
    devices : tuple of str
        What it wants.
    memory_mib : float, optional
        Its peak by the estimate; None: unknown.
    served : bool, default False
        Has it its turn?
    now : bool, default False
        May it begin without its turn?
    """

    run: str
    order: float
    devices: tuple[str, ...]
    memory_mib: float | None
    served: bool = False
    now: bool = False


def queue() -> list[Run]:
    """Return the runs that wait for their turn, the next one first."""
    with _tickets() as tickets:
        return [Run(runs_folder() / each.run) for each in tickets if not each.served]


def move(run: Run, place: int) -> None:
    """Put a waiting run at `place` in the queue (0: next).

    Raises
    ------
    ParameterError
        `place` is not a whole number from 0.
    KitError
        The run does not wait.
    """
    check_allowed()
    if isinstance(place, bool) or not isinstance(place, int) or place < 0:
        raise ParameterError("place", place, allowed=_("a whole number from 0, which is the next one"))
    with _tickets() as tickets:
        waiting = [each for each in tickets if not each.served]
        mine = _own(waiting, run)
        waiting.remove(mine)
        waiting.insert(place, mine)
        for order, each in enumerate(waiting):
            _write(dataclasses.replace(each, order=order))


def begin_now(run: Run) -> None:
    """Let a waiting run begin without its turn.

    Raises
    ------
    KitError
        The run does not wait.
    """
    check_allowed()
    with _tickets() as tickets:
        _write(dataclasses.replace(_own([each for each in tickets if not each.served], run), now=True))


def join(run: Run, needs: Needs, *, now: bool) -> None:
    """Give the run a ticket at the end of the queue."""
    with _tickets() as tickets:
        order = max((each.order for each in tickets), default=-1.0) + 1
        memory = None if needs.memory_bytes is None else needs.memory_bytes / MIB
        _write(Ticket(run.id, order, needs.devices, memory, now=now))


def ask_turn(run: Run) -> str:
    """Take the turn of a run that holds a ticket and return "", or return what it waits for, in words."""
    with _tickets() as tickets:
        mine = _own(tickets, run)
        why = "" if mine.now or mine.served else _why_not(mine, tickets)
        if not why:
            _write(dataclasses.replace(mine, served=True))
        return why


def leave(run: Run) -> None:
    """Give the run's ticket back."""
    with contextlib.suppress(OSError):
        _path(run.id).unlink(missing_ok=True)


def _why_not(mine: Ticket, tickets: list[Ticket]) -> str:
    rivals = [each for each in tickets if each.run != mine.run and set(each.devices) & set(mine.devices)]
    served = [each for each in rivals if each.served]
    ahead = [each for each in rivals if not each.served and each.order < mine.order]
    if not served and not ahead:
        return ""
    if ahead:
        return _("Waits for its turn: {run} is before it.").format(run=ahead[-1].run)
    gpus = sorted(set(mine.devices) - {"cpu"})
    if gpus:
        holder = next((each.run for each in served if set(each.devices) & set(gpus)), served[0].run)
        return _("Waits for {device}, which {run} uses.").format(device=", ".join(gpus), run=holder)
    cores = max(this_machine().cores, 2)
    if len(served) >= cores:
        return _("Waits for a core: {n} runs use the {cores} cores, {run} the last of them.").format(
            n=len(served), cores=cores, run=served[-1].run
        )
    return _no_room(mine, served)


def _no_room(mine: Ticket, served: list[Ticket]) -> str:
    """Return why the memory of this machine does not take this run beside those that go on, or ""."""
    unknown = next((each for each in (mine, *served) if each.memory_mib is None), None)
    if unknown is not None:
        whose = _("its own") if unknown is mine else _("the one of {run}").format(run=unknown.run)
        return _("Waits for {run}: the memory that both need cannot be estimated ({whose} is unknown).").format(
            run=served[-1].run, whose=whose
        )
    wanted = mine.memory_mib or 0.0
    promised = sum(each.memory_mib or 0.0 for each in served)
    held = sum(_held_mib(each) for each in served)
    room = memory_free_mib() + held - promised
    if wanted <= room:
        return ""
    return _("Waits for memory: it needs about {need:.1f} GB, and beside {run} there are {room:.1f} GB.").format(
        need=wanted * MIB / 1e9, room=max(room, 0.0) * MIB / 1e9, run=served[-1].run
    )


def _held_mib(ticket: Ticket) -> float:
    """Return the memory that a run holds now, never more than was promised to it."""
    try:
        held = Run(runs_folder() / ticket.run).status.memory_mib or 0.0
    except (OSError, ValueError):
        held = 0.0
    return min(held, ticket.memory_mib or held)


def _own(tickets: list[Ticket], run: Run) -> Ticket:
    for each in tickets:
        if each.run == run.id:
            return each
    raise KitError(
        _("Run {id} does not wait in the queue: it is {status}.").format(id=run.id, status=run.status),
        fix=_("kit.jobs.queue() lists those that do."),
    )


@contextlib.contextmanager
def _tickets() -> Iterator[list[Ticket]]:
    """Hold the lock of the queue and yield the tickets of living runs, in order; those of dead ones are removed."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tickets = [ticket for ticket in map(_read, folder.glob("*.json")) if ticket is not None]
        yield sorted(tickets, key=lambda each: (each.order, each.run))


def _read(path: Path) -> Ticket | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        ticket = Ticket(**{**values, "devices": tuple(values["devices"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if alive(runs_folder() / ticket.run):
        return ticket
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    return None


def _write(ticket: Ticket) -> None:
    write_atomic(_path(ticket.run), json.dumps(dataclasses.asdict(ticket)))


def _path(id: str) -> Path:
    return _folder() / f"{id}.json"


def _folder() -> Path:
    return home() / "queue"
