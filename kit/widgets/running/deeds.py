"""What can be done with runs in the list: stop, resume, put forward, delete, bring back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from kit.errors import KitError
from kit.i18n import _
from kit.jobs import RESUMABLE, Listing, Run, begin_now, move, queue, restore
from kit.widgets.desk import Desk


class RunsDeeds(Desk):
    """The runs on this machine, the ticked ones among them, and what is done with them.

    Parameters
    ----------
    name : str
        The panel's name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.listing = Listing()
        self.ticked: dict[str, None] = {}
        self.deleted: tuple[str, ...] = ()
        self.places: dict[str, int] = {}  # in the queue, by id; 0: the next one

    def look(self) -> None:
        self.listing.look()
        waits = any(each.state == "queued" for each in self.listing.summaries.values())
        self.places = _places() if waits else {}

    def selected(self) -> list[Run]:
        """Return the ticked runs, in the order in which they were ticked."""
        return [self.listing.run(id) for id in self.ticked]

    def do_stop(self, value: Any, values: dict[str, Any]) -> None:
        """Ask one run, or the ticked ones, to stop; those that are over are left alone."""
        for run in self._meant(value):
            if not run.status.over:
                run.stop()
        self.look()

    def do_resume(self, value: Any, values: dict[str, Any]) -> None:
        """Go on with one run, or with those of the ticked ones that can be resumed."""
        several = [run for run in self._meant(value) if value or run.status.state in RESUMABLE]
        self._each(several, lambda run: run.resume())

    def do_delete(self, value: Any, values: dict[str, Any]) -> None:
        """Move one run, or the ticked ones, to the trash."""
        self.deleted = ()
        self._each(self._meant(value), self._delete)

    def _delete(self, run: Run) -> None:
        run.delete()
        self.deleted = (*self.deleted, run.id)

    def do_undo(self, value: Any, values: dict[str, Any]) -> None:
        """Bring back what was deleted last."""
        for id in self.deleted:
            restore(id)
            self.deleted = tuple(other for other in self.deleted if other != id)
        self.look()

    def do_next(self, value: Any, values: dict[str, Any]) -> None:
        """Put a waiting run at the head of the queue."""
        move(self.listing.run(str(value)), 0)
        self.look()

    def do_now(self, value: Any, values: dict[str, Any]) -> None:
        """Let a waiting run begin without its turn; one that has begun meanwhile is left alone."""
        run = self.listing.run(str(value))
        if run.status.state == "queued":
            begin_now(run)
        self.look()

    def barred(self, deed: str) -> str:
        """Return why the ticked runs cannot be stopped, resumed or deleted, or ""."""
        here = [self.listing.summaries[id] for id in self.ticked]
        living = sum(not each.over for each in here)
        if deed == "stop":
            return "" if living else _("None of them is running.")
        if deed == "resume":
            can = any(each.state in RESUMABLE for each in here)
            return "" if can else _("None of them was stopped, failed or crashed.")
        return _("{n} of them are not over: stop them first.").format(n=living) if living else ""

    def _meant(self, value: Any) -> list[Run]:
        return [self.listing.run(str(value))] if value else self.selected()

    def _each(self, several: list[Run], deed: Callable[[Run], object]) -> None:
        """Do it with each run, whatever goes wrong with another; then tell the first that went wrong."""
        refused: list[KitError] = []
        for run in several:
            try:
                deed(run)
            except KitError as exc:
                refused.append(exc)
        self.look()
        if refused:
            raise refused[0]


def _places() -> dict[str, int]:
    with contextlib.suppress(OSError):
        return {run.id: place for place, run in enumerate(queue())}
    return {}
