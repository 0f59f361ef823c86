"""The runs on this machine, as routes ask for them: one listing for the whole server, a row made anew when it changes.

A run that is asked to do something is opened anew: what takes long (starting its process) keeps no list waiting.
"""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any

from kit.errors import RunNotFoundError
from kit.i18n import _
from kit.jobs import Listing, Run, Summary, restore
from kit.jobs.listing import Wanted
from kit.lab.detail import detail_of
from kit.lab.log import stretch
from kit.lab.plain import as_json
from kit.lab.refusal import Refused
from kit.lab.root import Root
from kit.lab.row import row_of

_RECENT = 20  # of the runs that are over, so many of the newest get a curve
_UNREADABLE = (OSError, ValueError, TypeError, KeyError)


class RunBook:
    """All runs, and what a client may do with them.

    Parameters
    ----------
    root : Root
        The folder that the server serves; notebooks outside it are not named.
    """

    def __init__(self, root: Root) -> None:
        self.root = root
        self._listing = Listing()
        self._lock = threading.Lock()
        self._rows: dict[str, tuple[object, str]] = {}
        self._notebooks: dict[str, str | None] = {}
        self._alive: set[str] = set()
        self._told: set[str] = set()
        self._began = time.time()

    def page(self, *, state: Wanted, kind: Wanted, text: str, limit: int) -> str:
        """Return the newest runs that are described, as JSON.

        Raises
        ------
        UnknownNameError
            There is no such state.
        """
        with self._lock:
            self._listing.look()
            picked = self._listing.pick(state=state, kind=kind, text=text)
            rows = [self._row(each, place) for place, each in enumerate(picked[:limit])]
            everyone = self._listing.summaries.values()
            rest = {
                "total": len(picked),
                "living": sum(not each.over for each in everyone),
                "kinds": sorted({each.kind for each in everyone}),
                "states": sorted({each.state for each in everyone}),
            }
            self._rows = {each.id: self._rows[each.id] for each in everyone if each.id in self._rows}
        return f'{{"runs": [{", ".join(filter(None, rows))}], {json.dumps(rest)[1:]}'

    def detail(self, id: str) -> dict[str, Any]:
        """Return all that is told of one run."""
        with self._lock:
            run, summary = self._find(id)
            return {**self._values(run, summary, curve=True), **detail_of(run, self.root)}

    def log(self, id: str, *, offset: int, limit: int) -> dict[str, Any]:
        """Return part of what a run printed; see `stretch`."""
        with self._lock:
            run, summary = self._find(id)
        return stretch(run.folder / "log.txt", offset=offset, limit=limit, over=summary.over)

    def open(self, id: str) -> Run:
        """Return the run of exactly this id, seen anew.

        Raises
        ------
        RunNotFoundError
            There is none.
        """
        with self._lock:
            return Run(self._find(id)[0].folder)

    def one(self, id: str) -> dict[str, Any]:
        """Return the row of one run."""
        with self._lock:
            return self._values(*self._find(id), curve=True)

    def living(self) -> list[Summary]:
        """Return the runs that are not over."""
        return self.picked("living", None)

    def picked(self, state: Wanted, kind: Wanted) -> list[Summary]:
        """Return the summaries of the runs that are described, newest first."""
        with self._lock:
            self._listing.look()
            return self._listing.pick(state=state, kind=kind)

    def ended(self) -> list[Summary]:
        """Return the runs that have ended since the last call, or, at the first one, since the server began."""
        with self._lock:
            self._listing.look()
            summaries = self._listing.summaries
            over = [each for each in summaries.values() if each.over and (each.ended or 0) >= self._began]
            told = [each for each in over if each.id in self._alive or each.id not in self._told]
            self._alive = {each.id for each in summaries.values() if not each.over}
            self._told |= {each.id for each in over}  # one that comes back from the trash is no news
        return told

    def stop(self, id: str) -> dict[str, Any]:
        """Ask a run to stop, and return its row; once more does no harm.

        Raises
        ------
        Refused
            It is over.
        """
        run = self.open(id)
        state = run.status.state
        if run.status.over:
            raise Refused(
                409,
                _("Run {id} cannot be stopped: it is {state}.").format(id=id, state=state),
                fix=_("There is nothing left to stop."),
            )
        run.stop()
        return {"run": self.one(id)}

    def resume(self, id: str, *, now: bool) -> dict[str, Any]:
        """Go on with a run, and return its row.

        Raises
        ------
        Refused
            It lives, or it is finished.
        KitError
            Somebody else resumes it just now, or its process cannot be started.
        """
        run = self.open(id)
        if not run.resumable:  # asked before anything is written
            raise Refused(
                409,
                _("Run {id} cannot be resumed: it is {state}.").format(id=id, state=run.status.state),
                fix=_("Only runs that were stopped, failed or crashed can be."),
            )
        run.resume(now=now)
        return {"run": self.one(id)}

    def delete(self, id: str) -> dict[str, Any]:
        """Move a run to the trash."""
        self.open(id).delete()
        return {"id": id}

    def restore(self, id: str) -> dict[str, Any]:
        """Bring a run back from the trash, and return its row."""
        restore(id)
        return {"run": self.one(id)}

    def _find(self, id: str) -> tuple[Run, Summary]:
        self._listing.look()
        run, summary = self._listing.run(id), self._listing.summaries.get(id)
        if summary is None:
            raise RunNotFoundError(_("Run {id!r} is not there.").format(id=id), fix=_("It was deleted or moved."))
        return run, summary

    def _row(self, summary: Summary, place: int) -> str:
        curve = place < _RECENT or not summary.over
        try:
            run = self._listing.run(summary.id)
            log = 0 if summary.over else os.stat(run.folder / "events.jsonl").st_size
            seen = (summary, log, curve, self._notebook(run))
            known = self._rows.get(summary.id)
            if known is None or known[0] != seen:
                self._rows[summary.id] = known = (seen, as_json(self._values(run, summary, curve=curve)))
        except (*_UNREADABLE, RunNotFoundError):  # it was moved away between two looks
            return ""
        return known[1]

    def _values(self, run: Run, summary: Summary, *, curve: bool) -> dict[str, Any]:
        return row_of(run, summary, notebook=self._notebook(run), curve=curve)

    def _notebook(self, run: Run) -> str | None:
        if run.id not in self._notebooks:
            named = run.about.get("notebook")
            self._notebooks[run.id] = self.root.relative(named) if isinstance(named, str) else None
        path = self._notebooks[run.id]
        return path if path and (self.root.folder / path).is_file() else None
