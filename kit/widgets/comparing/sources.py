"""Where the rows of a comparison come from: what the panel was given, and the runs that are ticked in it."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from typing import Any

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.jobs import Listing, Run, Summary
from kit.plots.beside import against_first, measured, named
from kit.plots.reading import rows_of, variant_name
from kit.result import Result
from kit.spec import Spec

KINDS = ("sweep", "auto", "evaluate", "tune")
_UNREADABLE = (KitError, OSError, ValueError, TypeError, KeyError)


def given_sources(value: Any) -> tuple[Any, ...]:
    """Return what a panel was given as a tuple of sources.

    Raises
    ------
    ParameterError
        Something among it is no panel of a sweep, run or result.
    """
    several = () if value is None else tuple(value) if isinstance(value, list | tuple) else (value,)
    for each in several:
        if not isinstance(each, Result | Run) and not hasattr(getattr(each, "desk", None), "results"):
            raise ParameterError("sweep", value, allowed=_("a SweepPanel, runs or results, one or a list of them"))
    return several


class Sources:
    """The measured rows of several sources, read again only where something has changed.

    Parameters
    ----------
    given : tuple
        From `given_sources`.
    """

    def __init__(self, given: tuple[Any, ...]) -> None:
        self.given = given
        self.ticked: dict[str, None] = {}
        self.listing = Listing()
        self._over: dict[str, list[Result]] = {}  # rows of runs that are over, by id
        self._hashes: dict[str, str] = {}
        self._together: tuple[tuple[int, ...], list[Result]] = ((), [])

    def look(self) -> None:
        """Look which runs there are."""
        self.listing.look()

    @property
    def several(self) -> bool:
        """Do rows come from more than one source, so that their names have to tell which?"""
        return len(self.given) + len(self._ticked_runs()) > 1

    def runs(self) -> list[Run]:
        """Return the runs that rows come from, as far as they come from runs."""
        return self._given_runs() + self._ticked_runs()

    def _given_runs(self) -> list[Run]:
        found = [each if isinstance(each, Run) else getattr(each, "run", None) for each in self.given]
        return [run for run in found if run is not None]

    def _ticked_runs(self) -> list[Run]:
        given = {run.id for run in self._given_runs()}
        return [self.listing.run(id) for id in self.ticked if id in self.listing.summaries and id not in given]

    def rows(self) -> list[Result]:
        """Return every measured row, judged against the first where there are several sources."""
        groups = [self._rows_of(each) for each in [*self.given, *self._ticked_runs()]]
        if not self.several:
            return [row for group in groups for row in group]
        found = sorted((row for group in groups for row in group), key=lambda row: "tuned" in row.facts)
        key = tuple(map(id, found))
        if key != self._together[0]:
            self._together = key, against_first(_own_names(found))
            self._held = found  # else other rows could come to have these ids
        return self._together[1]

    def _rows_of(self, source: Any) -> list[Result]:
        if isinstance(source, Result):
            return self._once(f"result-{id(source)}", lambda: _lone(source) or rows_of(source))
        if isinstance(source, Run):
            return self._of_run(source)
        rows = rows_of(source.desk.results())
        run = source.desk.run
        return [row if row.folder or run is None else row.in_folder(run.folder) for row in rows]

    def _of_run(self, run: Run) -> list[Result]:
        over = run.status.over
        key = f"{run.id}-{self.several}-{run.status.attempt}"
        if over and key in self._over:
            return self._over[key]
        rows = [row if row.folder else row.in_folder(run.folder) for row in (_tuned(run) or measured(run))]
        rows = [named(row, run.id) for row in rows] if self.several else rows
        if over:
            self._over[key] = rows
        return rows

    def _once(self, key: str, make: Any) -> list[Result]:
        if key not in self._over:
            self._over[key] = make()
        return self._over[key]

    def pending(self) -> str:
        """Return what rows are still waited for, or ""."""
        for each in self.given:
            if isinstance(each, Run) and not each.status.over:
                return _("waits for the sweep")
            if not isinstance(each, Result | Run) and each.desk.hint():
                return str(each.desk.hint())
        going = [run for run in self._ticked_runs() if not run.status.over]
        return _("waits for run {id}").format(id=going[0].id) if going else ""

    def measured_nothing(self) -> bool:
        """Is there a source that is over, and yet no row?"""
        over = [each for each in self.given if isinstance(each, Result)] + [r for r in self.runs() if r.status.over]
        return bool(over) and not self.rows()

    def spec(self) -> Spec | None:
        """Return the spec that the first source was measured by, if it can be known."""
        first: Any = next(iter([*self.given, *self._ticked_runs()]), None)
        run = first if isinstance(first, Run) else getattr(first, "run", None)
        with contextlib.suppress(*_UNREADABLE):
            return run.spec if run is not None else Spec.from_dict(first.spec) if first is not None else None
        return None

    def candidates(self, text: str) -> list[Summary]:
        """Return the runs that can be ticked, newest first: those that measured something, those that tuned."""
        given = {run.id for run in self._given_runs()}
        picked = self.listing.pick(kind=KINDS, text=text)
        return [each for each in picked if each.id not in given and (each.kind in ("sweep", "auto") or _useful(each))]

    def rows_hash(self, id: str) -> str:
        """Return the hash of the rows that a run was measured on, or "" where it is not known (yet)."""
        if id not in self._hashes:
            each = self.listing.summaries.get(id)
            if each is None or not each.over:
                return ""
            try:
                origin = self.listing.run(id).result.provenance
            except _UNREADABLE:
                origin = {}
            self._hashes[id] = str(origin.get("validation_hash" if each.kind == "tune" else "data_hash") or "")
        return self._hashes[id]


def same_rows(row: Result, reference: Result) -> bool:
    """Were two variants measured on the same rows, as far as is known?"""
    here, there = (each.provenance.get("data_hash") for each in (row, reference))
    return not here or not there or here == there


def _useful(each: Summary) -> bool:
    return each.state in ("finished", "stopped") or not each.over


def _lone(result: Result) -> list[Result]:
    """Return an evaluation as the only row of itself."""
    held = isinstance(result.spec.get("variant"), dict) and result.status == "finished"
    if not held:
        return []
    method = str(result.facts.get("method") or result.spec["variant"].get("method"))
    load = result.facts.get("load")
    shape = str(load.get("load") or "") if isinstance(load, dict) and not result.parts else ""
    own = f"{method} · {shape}" if shape not in ("", _("one user")) else method  # one level of several
    return [dataclasses.replace(result, facts={**result.facts, "method": own})]


def _tuned(run: Run) -> list[Result]:
    """Return a tuned model as a row: what its validation rows found, and a variant that can be asked."""
    with contextlib.suppress(*_UNREADABLE):
        if run.summary.kind != "tune":
            return []
        result = run.result
        found = result.metrics.get("validation_accuracy")
        return [
            Result(
                spec={"variant": {"spec": "kit.engines.spec:Variant", "model": f"run:{run.id}", "method": "bf16"}},
                metrics={} if found is None else {"acc": found},
                facts={"method": _("tuned"), "model": f"run:{run.id}", "tuned": True},
                provenance={**result.provenance, "data_hash": result.provenance.get("validation_hash")},
            )
        ]
    return []


def _own_names(rows: Sequence[Result]) -> list[Result]:
    """Return rows of which no two have the same name."""
    seen: dict[str, int] = {}
    own = []
    for row in rows:
        name = variant_name(row)
        seen[name] = seen.get(name, 0) + 1
        again = f"{name} ({seen[name]})"
        own.append(row if seen[name] == 1 else dataclasses.replace(row, facts={**row.facts, "method": again}))
    return own
