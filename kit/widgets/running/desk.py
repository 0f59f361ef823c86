"""What a person sees and can do in the list of all runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.jobs import Listing, Run, Summary, restore
from kit.jobs.listing import Wanted
from kit.widgets.desk import Desk
from kit.widgets.origin import panel_name
from kit.widgets.running.words import figure, kind_words, state_words, title

PAGE = 20  # rows that are shown at first, and that are added
COMPARED = ("sweep", "evaluate")  # kinds that leave measured variants


def _took_s(each: Summary) -> float | None:
    if each.started is None:
        return None
    return each.took_s if each.over else time.time() - each.started


_SORTS: dict[str, Callable[[Summary], Any]] = {
    "started": lambda each: each.created,
    "run": lambda each: title(each).casefold(),
    "kind": lambda each: kind_words(each.kind),
    "state": lambda each: state_words(each.state)[0],
    "result": lambda each: found[1] if (found := figure(each)) else None,
    "took": _took_s,
}
SORTS = tuple(_SORTS)
_DOWN = ("started", "result", "took")  # begin with the greatest


class RunsDesk(Desk):
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
        self.listing = Listing()
        self.state = self.kind = self.text = ""
        self.sort, self.down = "started", True
        self.limit = PAGE
        self.ticked: dict[str, None] = {}
        self.opened = ("", "")  # "log" or "code", and the id of the run
        self.deleted: tuple[str, ...] = ()
        self.compared: tuple[str, ...] = ()
        self.acts = 0
        self.listing.pick(**self.given)  # a state that does not exist is told at once
        self.look()

    def act(self, action: str, value: Any = "", values: Mapping[str, Any] | None = None) -> None:
        super().act(action, value, values)
        self.acts += 1

    @property
    def busy(self) -> bool:
        return True  # a run may come from anywhere; a look where nothing has changed costs next to nothing

    def look(self) -> None:
        if not self.listing.look():
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
        key = _SORTS[self.sort]
        known = [each for each in picked if key(each) is not None]
        return sorted(known, key=key, reverse=self.down) + [each for each in picked if key(each) is None]

    def seen(self) -> object:
        """Return all that the page is drawn from, so that it is drawn anew only when something has changed."""
        ids, living = self.opened[1], any(not each.over for each in self.listing.summaries.values())
        log = _size(self.listing.run(ids)) if self.opened[0] == "log" else 0
        clock = int(time.time() / (1 if living else 30))
        return self.listing.changes, self.acts, self.width, self.problem, log, clock

    def selected(self) -> list[Run]:
        """Return the ticked runs, in the order in which they were ticked."""
        return [self.listing.run(id) for id in self.ticked]

    def code(self) -> str:
        chosen = {**self.given, "state": self.state or self.given.get("state"), "text": self.text}
        chosen["kind"] = self.kind or self.given.get("kind")
        given = ", ".join(f"{name}={value!r}" for name, value in chosen.items() if value)
        return f"import kit\n\nfor run in kit.runs({given}):\n    print(run)"

    def code_of(self, id: str) -> str:
        """Return Python that starts a run once more."""
        return f"import kit\n\nrun = kit.start({self.listing.run(id).spec.code()})"

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
        if value not in _SORTS:
            raise ParameterError("sort", value, allowed=_("one of ") + ", ".join(SORTS))
        self.down = not self.down if value == self.sort else value in _DOWN
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
        """Open the log or the code of a run in place ("log:ID", "code:ID"), or close it."""
        what, _colon, id = str(value).partition(":")
        if what not in ("log", "code"):
            raise ParameterError("value", value, allowed="'log:ID', 'code:ID'")
        wanted = (what, self.listing.run(id).id)
        self.opened = ("", "") if wanted == self.opened else wanted

    def do_stop(self, value: Any, values: dict[str, Any]) -> None:
        """Ask one run, or the ticked ones, to stop; those that are over are left alone."""
        for run in self._meant(value):
            if not run.status.over:
                run.stop()
        self.look()

    def do_delete(self, value: Any, values: dict[str, Any]) -> None:
        """Move one run, or the ticked ones, to the trash."""
        done: list[str] = []
        refused: list[KitError] = []
        for run in self._meant(value):
            try:
                run.delete()
                done.append(run.id)
            except KitError as exc:
                refused.append(exc)
        self.deleted = tuple(done)
        self.look()
        if refused:
            raise refused[0]

    def do_undo(self, value: Any, values: dict[str, Any]) -> None:
        """Bring back what was deleted last."""
        for id in self.deleted:
            restore(id)
            self.deleted = tuple(other for other in self.deleted if other != id)
        self.look()

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
        return _("Only sweeps and evaluations can be compared.") if wrong else ""

    def _meant(self, value: Any) -> Iterable[Run]:
        return [self.listing.run(str(value))] if value else self.selected()


def _size(run: Run) -> int:
    try:
        return (run.folder / "log.txt").stat().st_size
    except OSError:
        return 0
