"""What a person sees and can do in the list of all runs."""

from __future__ import annotations

import time
from typing import Any

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.jobs import RESUMABLE, Run, Summary
from kit.jobs.listing import Wanted
from kit.widgets.coding import again_code
from kit.widgets.origin import panel_name
from kit.widgets.running.deeds import RunsDeeds
from kit.widgets.running.order import DOWN, SORTS, in_order

PAGE = 20  # rows that are shown at first, and that are added
COMPARED = ("sweep", "auto", "evaluate")  # kinds that leave measured variants
OPENED = ("log", "code", "why")


class RunsDesk(RunsDeeds):
    """All runs on this machine, and what a person does with them.

    Parameters
    ----------
    state, kind : str or collection of str, optional
        Only these, as in `kit.runs`; what is chosen on the page narrows it further.
    origin : str, optional
        Only those that the panel of this name started.
    name : str, optional
        The panel's name; left out, made from the other arguments.
    """

    def __init__(self, state: Wanted, kind: Wanted, origin: str | None, name: str | None) -> None:
        given = {"state": state, "kind": kind, "origin": origin}
        super().__init__(panel_name("RunsPanel", name, given))
        self.title = _("Runs")
        self.given: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        self.state = self.kind = self.text = ""
        self.sort, self.down = "started", True
        self.limit = PAGE
        self.opened = ("", "")  # one of `OPENED`, and the id of the run
        self.compared: tuple[str, ...] = ()
        self.listing.pick(**self.given)  # a state that does not exist is told at once
        self.look()

    @property
    def busy(self) -> bool:
        return True  # a run may come from anywhere; a look where nothing has changed costs next to nothing

    def look(self) -> None:
        before = self.listing.changes
        super().look()
        if self.listing.changes == before:
            return
        here = self.listing.summaries
        self.ticked = {id: None for id in self.ticked if id in here}
        self.compared = tuple(id for id in self.compared if id in here)
        if self.opened[1] not in here:
            self.opened = ("", "")

    def everyone(self) -> list[Summary]:
        """Return the runs that the panel is for, newest first, whatever is chosen on the page."""
        return self.listing.pick(**self.given)

    def found(self) -> list[Summary]:
        """Return the runs that are described on the page, in order; those without the value come last."""
        listed = {each.id for each in self.everyone()} if self.given else None
        picked = self.listing.pick(state=self.state or None, kind=self.kind or None, text=self.text)
        picked = [each for each in picked if listed is None or each.id in listed]
        return in_order(picked, self.listing, self.sort, down=self.down)

    def seen(self) -> object:
        """Return all that the page is drawn from, so that it is drawn anew only when something has changed."""
        ids, living = self.opened[1], any(not each.over for each in self.listing.summaries.values())
        log = _size(self.listing.run(ids)) if self.opened[0] == "log" else 0
        clock = int(time.time() / (1 if living else 30))
        return self.listing.changes, self.places, self.acts, self.width, self.problem, log, clock

    def code(self) -> str:
        chosen = {**self.given, "state": self.state or self.given.get("state"), "text": self.text}
        chosen["kind"] = self.kind or self.given.get("kind")
        given = ", ".join(f"{name}={value!r}" for name, value in chosen.items() if value)
        return f"import kit\n\nfor run in kit.runs({given}):\n    print(run)"

    def code_of(self, each: Summary) -> str:
        """Return Python that starts a run once more, and what goes on with it where that is possible."""
        return again_code(self.listing.run(each.id), resumable=each.state in RESUMABLE)

    def do_filter(self, value: Any, values: dict[str, Any]) -> None:
        """Take in which runs to list and in which order."""
        state, kind = str(values.get("state", self.state)), str(values.get("kind", self.kind))
        self.listing.pick(state=state or None)
        self.state, self.kind, self.text = state, kind, str(values.get("text", self.text)).strip()
        self.limit = PAGE
        if values.get("sort", self.sort) != self.sort:
            self.do_sort(values["sort"], {})

    def do_everything(self, value: Any, values: dict[str, Any]) -> None:
        """List all runs."""
        self.state = self.kind = self.text = ""
        self.limit = PAGE

    def do_sort(self, value: Any, values: dict[str, Any]) -> None:
        """Order by a column; once more turns the order round."""
        if value not in SORTS:
            raise ParameterError("sort", value, allowed=_("one of ") + ", ".join(SORTS))
        self.down = not self.down if value == self.sort else value in DOWN
        self.sort = value

    def do_more(self, value: Any, values: dict[str, Any]) -> None:
        """Show more rows."""
        self.limit += PAGE

    def do_tick(self, value: Any, values: dict[str, Any]) -> None:
        """Take in which runs are ticked; those that are not on the page stay as they are."""
        shown = [each.id for each in self.found()[: self.limit]]
        every = value.get("name") == "every" if isinstance(value, dict) else False
        for id in shown:
            on = bool(values.get("every")) if every else values.get(f"run:{id}", id in self.ticked)
            if on:
                self.ticked[id] = None
            else:
                self.ticked.pop(id, None)

    def do_untick(self, value: Any, values: dict[str, Any]) -> None:
        """Tick no run."""
        self.ticked = {}

    def do_open(self, value: Any, values: dict[str, Any]) -> None:
        """Open the log or the code of a run, or why it ended, in place ("log:ID", "code:ID", "why:ID"), or close it."""
        what, _colon, id = str(value).partition(":")
        if what not in OPENED:
            raise ParameterError("value", value, allowed=", ".join(f"'{each}:ID'" for each in OPENED))
        wanted = (what, self.listing.run(id).id)
        self.opened = ("", "") if wanted == self.opened else wanted

    def do_compare(self, value: Any, values: dict[str, Any]) -> None:
        """Show what the ticked runs measured beside each other."""
        why = self.no_comparison()
        if why:
            raise KitError(why)
        self.compared = tuple(self.ticked)

    def do_uncompare(self, value: Any, values: dict[str, Any]) -> None:
        """Put the comparison away."""
        self.compared = ()

    def no_comparison(self) -> str:
        """Return why the ticked runs cannot be compared, or ""."""
        if len(self.ticked) < 2:
            return _("Tick two runs or more to compare them.")
        wrong = [id for id in self.ticked if self.listing.summaries[id].kind not in COMPARED]
        return _("Only sweeps, searches and evaluations can be compared.") if wrong else ""


def _size(run: Run) -> int:
    try:
        return (run.folder / "log.txt").stat().st_size
    except OSError:
        return 0
