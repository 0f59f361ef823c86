"""Carry pieces of a work out on the workers of a Dask scheduler.

Each piece is a task for one worker, chosen here: so it is known which worker has which piece, and one whose worker is
lost is begun anew on another. What was lost with a worker was never in a result, so nothing is there twice. A piece
that loses three workers is taken to be the reason. Files of earlier attempts travel there, what a piece makes travels
back; the model and the data must be there already.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import warnings
from typing import Any, Self

import distributed

from kit.errors import KitError, ServerError, Stopped
from kit.i18n import _
from kit.report import Report
from kit.result import Result
from kit.runners import worker
from kit.runners.address import check_reachable, how_to_start, unreachable
from kit.runners.errand import Errand
from kit.runners.parcel import pack
from kit.spec import Spec
from kit.version import version

_LOOK_S = 0.2
_ASK_S = 0.5  # between two questions about a piece, or about who is there
_STOP_S = 45.0  # how long a piece may take from hearing of the stop to its end
_CONNECT_S = 15.0
_LOSSES = 3  # of workers, after which a piece is given up


class _WorkerLost(Exception):
    """The worker of a piece is gone."""


class DaskRunner:
    """Carries pieces out on the workers of the scheduler at `on` (see `kit.runners.Runner`).

    Parameters
    ----------
    on : str
        Such as "tcp://host:8786".
    report : Report
        Of the run; told who cannot be used, and why.

    Raises
    ------
    ServerError
        Nobody answers there.
    """

    def __init__(self, on: str, report: Report) -> None:
        check_reachable(on)
        self._on, self._report = on, report
        self._run = report.folder.name
        self._lock = threading.Lock()
        self._usable: dict[str, str] = {}  # hosts of workers, by address
        self._refused: dict[str, str] = {}  # why, by address
        self._busy: set[str] = set()
        self._asked = 0.0
        self._pieces = 0
        self._client = self._connect()
        self._client.run(worker.ask_stop, f"{self._run}/", on_error="ignore")  # pieces of an attempt that was killed

    def _connect(self) -> distributed.Client:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told by the run
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                client = distributed.Client(
                    self._on, timeout=_CONNECT_S, set_as_default=False, name=f"tunebook-{self._run}"
                )
            except (OSError, ValueError) as exc:
                raise unreachable(self._on, str(exc) or type(exc).__name__) from exc
        for warning in said:
            if issubclass(warning.category, distributed.versions.VersionMismatchWarning):
                self._report.message(str(warning.message).strip())
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            self._client.close(timeout=5)

    def slots(self) -> int:
        """Return how many workers there are that can be used; waits while there is none, until a stop is asked for."""
        told = False
        while not self._report.stop_asked():
            self._look_around()
            if self._usable:
                return len(self._usable)
            if not told:
                self._report.message(_("No worker is there yet. {how}").format(how=how_to_start(self._on)))
                told = True
            time.sleep(_ASK_S)
        return 0

    def carry_out(self, work: str, spec: Spec, report: Report) -> Result:
        """Carry one piece out on a worker that is free (see `Runner`)."""
        for _loss in range(_LOSSES):
            address, host = self._free_worker(report)
            try:
                return self._on_worker(address, work, spec, report)
            except _WorkerLost:
                report.message(_("The worker on {host} is gone; what it was at begins anew.").format(host=host))
            finally:
                with self._lock:
                    self._busy.discard(address)
        message = _("{n} workers were lost while they carried it out.").format(n=_LOSSES)
        fix = _("Most often memory ran out: try a smaller model, batch or precision, or larger machines.")
        return Result(spec=spec.to_dict(), status="failed", error={"type": "Crashed", "message": message, "fix": fix})

    def _free_worker(self, report: Report) -> tuple[str, str]:
        """Wait for a worker that has no piece of this run, take it, and return its address and host."""
        while True:
            self._look_around()
            with self._lock:
                free = next((address for address in self._usable if address not in self._busy), None)
                if free is not None:
                    self._busy.add(free)
                    return free, self._usable[free]
            if report.stop_asked():
                raise Stopped
            time.sleep(_LOOK_S)

    def _on_worker(self, address: str, work: str, spec: Spec, report: Report) -> Result:
        with self._lock:
            self._pieces += 1
            token = f"{self._run}/{self._pieces}-{time.time_ns()}"
        earlier = pack(report.folder, below="checkpoint", beginning=spec.key)
        future = self._client.submit(
            worker.carry_out,
            token,
            work,
            spec.to_dict(),
            b"" if earlier is None else earlier,
            insists=report.insists,
            key=token,
            workers=[address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
        errand = Errand(report)
        try:
            self._follow(future, token, address, report, errand)
            return errand.end(_fetched(future))
        finally:
            errand.forget_memory()
            future.cancel()

    def _follow(self, future: Any, token: str, address: str, report: Report, errand: Errand) -> None:
        """Wait for the end of a piece, passing on what it says; ask it to stop when a stop is asked for."""
        asked, until = 0.0, None
        while not future.done():
            time.sleep(_LOOK_S)
            if time.monotonic() - asked < _ASK_S:
                continue
            asked = time.monotonic()
            self._look_around(now=True)  # a question to one that is gone would take half a minute to fail
            if address not in self._usable:
                raise _WorkerLost
            said = self._ask(address, worker.said_after, token, errand.heard)
            if said is not None:
                errand.hear(said)
            if report.stop_asked():
                until = until or asked + (_STOP_S if said is not None else 2.0)
                self._ask(address, worker.ask_stop, token)
                if asked > until:
                    raise Stopped

    def _ask(self, address: str, question: Any, *arguments: Any) -> Any:
        """Return what a worker answers, or None where it does not."""
        try:
            answers = self._client.run(question, *arguments, workers=[address], on_error="ignore")
        except (OSError, TimeoutError, ValueError, RuntimeError):  # it is going; who looks around sees it gone
            return None
        return (answers or {}).get(address)

    def _look_around(self, *, now: bool = False) -> None:
        """Bring up to date who is there and can be used; unless it must be `now`, at most twice a second.

        Raises
        ------
        ServerError
            The scheduler is gone.
        KitError
            There are workers, and none of them can be used.
        """
        with self._lock:
            if not now and time.monotonic() - self._asked < _ASK_S:
                return
            try:
                there = set(self._client.nthreads())
            except (OSError, TimeoutError, ValueError, RuntimeError) as exc:
                raise self._lost(exc) from exc
            if self._client.status != "running":
                raise self._lost(None)
            for known in (self._usable, self._refused):
                for address in set(known) - there:
                    del known[address]
            new = sorted(there - set(self._usable) - set(self._refused))
            if new:
                self._meet(new)
            self._asked = time.monotonic()
            if self._refused and not self._usable:
                raise KitError(
                    _("No worker at {address} can be used: {why}").format(
                        address=self._on, why=" ".join(self._refused.values())
                    ),
                    fix=_("Install there what is installed here: pip install 'tunebook[dask]=={version}'.").format(
                        version=version()
                    ),
                )

    def _meet(self, new: list[str]) -> None:
        """Ask workers that are new who they are."""
        answers = self._client.run(worker.about, workers=new, on_error="return")
        for address in new:
            answer = answers.get(address)
            if isinstance(answer, dict) and answer["version"] == version():
                self._usable[address] = answer["host"]
                continue
            if isinstance(answer, dict):
                words = _("The worker {address} on {host} has Tunebook {theirs}, this run has {ours}.")
                why = words.format(address=address, host=answer["host"], theirs=answer["version"], ours=version())
            elif isinstance(answer, ImportError):
                why = _("The worker {address} has no Tunebook: {reason}.").format(address=address, reason=answer)
            else:
                continue  # it is gone again, or busy: asked next time
            self._refused[address] = why
            self._report.message(why)

    def _lost(self, exc: BaseException | None) -> ServerError:
        reason = _("the connection broke off") if exc is None else str(exc) or type(exc).__name__
        lost = unreachable(self._on, reason)
        lost.advise(_("{how} Then resume the run: what has ended is kept.").format(how=lost.fix))
        return lost


def _fetched(future: Any) -> dict[str, Any]:
    """Return what a piece came to; one that Dask gave up is taken to have lost its worker."""
    if future.status != "finished":
        raise _WorkerLost
    try:
        found: dict[str, Any] = future.result(timeout=600)
    except (OSError, TimeoutError, distributed.CancelledError) as exc:  # gone between its end and the fetching
        raise _WorkerLost from exc
    return found
