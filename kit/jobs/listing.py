"""All runs on this machine, looked at again only where something can have changed.

The folder of all runs is the bell: its time changes when a run comes or goes, and whoever sums a run up or takes it up
again rings it. So a list of a thousand runs costs one look at that folder and one at each run that is not over.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable
from pathlib import Path

from kit.errors import ParameterError, RunNotFoundError, UnknownNameError
from kit.i18n import _
from kit.jobs.run import Run
from kit.jobs.state import ENDED
from kit.jobs.summary import Summary
from kit.place import runs_folder

LIVING = ("queued", "starting", "running", "stopping")
_SETTLES_NS = 2_000_000_000  # a folder's time is this coarse on some file systems

Wanted = str | Collection[str] | None


class Listing:
    """The runs on this machine and what is known of each, brought up to date by `look`."""

    def __init__(self) -> None:
        self.summaries: dict[str, Summary] = {}
        self.changes = 0
        self._runs: dict[str, Run] = {}
        self._names: list[str] = []
        self._marks: dict[str, object] = {}  # of those that are over and have no summary on disk
        self._closed: set[str] = set()  # those that have one: only the bell can tell of them
        self._heard: tuple[str, int] | None = None

    def look(self) -> bool:
        """Look at what can have changed and say whether anything has."""
        folder = runs_folder()
        rung = self._listen(str(folder))
        changed = False
        for name in self._names:
            if rung or not (name in self._closed or self._unmoved(folder, name)):
                changed |= self._look_at(folder, name)
        for name in set(self.summaries).difference(self._names):
            changed |= self._drop(name)
        self.changes += changed
        return changed

    def _listen(self, folder: str) -> bool:
        """Read the names anew where the folder of all runs has changed, or may have; say whether that was so."""
        try:
            at = os.stat(folder).st_mtime_ns
            if self._heard == (folder, at):
                return False
            self._names = os.listdir(folder)
        except OSError:
            at, self._names = 0, []
        # What changes in the same tick as this look would leave no trace, so a fresh time is not taken for heard.
        self._heard = (folder, at) if time.time_ns() - at > _SETTLES_NS else None
        return True

    def _unmoved(self, folder: Path, name: str) -> bool:
        known = self._marks.get(name)
        return known is not None and known == _mark(folder, name)

    def _look_at(self, folder: Path, name: str) -> bool:
        run = self._runs.get(name) or Run(folder / name)
        known = name in self.summaries and name not in self._closed  # most of those seen first need no mark ever
        mark = _mark(folder, name) if known else None
        try:
            seen = run.summary
        except (OSError, ValueError, TypeError, KeyError):  # no run, not yet one, or one that was just moved away
            return self._drop(name)
        self._runs[name] = run
        self._marks.pop(name, None)
        self._closed.discard(name)
        if run.summed_up:
            self._closed.add(name)
        elif seen.over and mark is not None:
            self._marks[name] = mark
        changed = self.summaries.get(name) != seen
        self.summaries[name] = seen
        return changed

    def _drop(self, name: str) -> bool:
        self._runs.pop(name, None)
        self._marks.pop(name, None)
        self._closed.discard(name)
        return self.summaries.pop(name, None) is not None

    def run(self, name: str) -> Run:
        """Return the run of that id; the same object each time.

        Raises
        ------
        RunNotFoundError
            There is none (any more).
        """
        if name not in self._runs:
            raise RunNotFoundError(
                _("Run {id} is not there any more.").format(id=name), fix=_("It was deleted or moved; see the trash.")
            )
        return self._runs[name]

    def pick(
        self, *, state: Wanted = None, kind: Wanted = None, text: str | None = None, origin: str | None = None
    ) -> list[Summary]:
        """Return the summaries of those that `runs` describes, newest first."""
        states, kinds, words = _states(state), _set("kind", kind), (text or "").casefold().split()
        picked = [
            each
            for each in self.summaries.values()
            if (states is None or each.state in states)
            and (kinds is None or each.kind in kinds)
            and (origin is None or each.origin == origin)
            and (not words or _says(each, words))
        ]
        return sorted(picked, key=lambda each: (each.created, each.id), reverse=True)


def _mark(folder: Path, name: str) -> object:
    """Return what changes when a run that is over goes on: its log, its process."""
    seen: list[tuple[int, int] | None] = []
    for file in ("events.jsonl", "process.json", "starter.json", "exit.json", "summary.json"):
        try:
            found = os.stat(f"{folder}/{name}/{file}")
            seen.append((found.st_size, found.st_mtime_ns))
        except OSError:
            seen.append(None)
    return tuple(seen)


def _says(each: Summary, words: Iterable[str]) -> bool:
    said = " ".join((each.id, each.kind, each.state, each.model, each.data, each.origin or "", each.cause)).casefold()
    return all(word in said for word in words)


def _states(wanted: Wanted) -> frozenset[str] | None:
    given = _set("state", wanted)
    for name in given or ():
        if name not in (*LIVING, *ENDED, "living"):
            raise UnknownNameError("state", name, (*LIVING, *ENDED, "living"))
    return given | set(LIVING) if given and "living" in given else given


def _set(name: str, wanted: Wanted) -> frozenset[str] | None:
    if wanted is None or isinstance(wanted, str):
        return None if wanted is None else frozenset([wanted])
    if not isinstance(wanted, Collection) or not all(isinstance(item, str) for item in wanted):
        raise ParameterError(name, wanted, allowed=_("a text or a list of texts"))
    return frozenset(wanted)


def runs(*, state: Wanted = None, kind: Wanted = None, text: str | None = None, origin: str | None = None) -> list[Run]:
    """Return all runs on this machine, newest first, or those that are described.

    Parameters
    ----------
    state : str or collection of str, optional
        Only those in this state, or in one of several; "living" stands for all that are not over.
    kind : str or collection of str, optional
        Only this kind of work: "tune", "sweep", "evaluate", "answer", "get", or several.
    text : str, optional
        Only those with all these words in their id, kind, state, model, data, origin or cause.
    origin : str, optional
        Only those that the panel of this name started.

    Raises
    ------
    UnknownNameError
        There is no such state.
    """
    listing = Listing()
    listing.look()
    return [listing.run(each.id) for each in listing.pick(state=state, kind=kind, text=text, origin=origin)]


def find_run(name: str) -> Run:
    """Return the run whose id is `name`, or the only one whose id starts with it or ends with it.

    Raises
    ------
    RunNotFoundError
        None has, or more than one.
    """
    if not isinstance(name, str):
        raise ParameterError("name", name, allowed=_("the id of a run, as text"), fix=_("kit.runs() lists them."))
    folder = runs_folder()
    everyone = sorted(filter(_is_run, folder.iterdir()), reverse=True) if folder.is_dir() else []
    matches = [path for path in everyone if path.name == name]
    matches = matches or [path for path in everyone if path.name.startswith(name) or path.name.endswith(name)]
    if len(matches) != 1 or not name:
        known = ", ".join(path.name for path in (matches or everyone)[:5])
        raise RunNotFoundError(
            _("{n} runs answer to {name!r}.").format(n=len(matches) if name else 0, name=name),
            fix=_("Newest: {known}.").format(known=known) if known else _("There are no runs yet."),
        )
    return Run(matches[0])


def _is_run(path: Path) -> bool:
    return (path / "about.json").exists()
