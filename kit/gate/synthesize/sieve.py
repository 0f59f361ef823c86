"""Which candidates may stay: what the gate's checks point at goes, with the reason counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kit.data import Dataset, DataSpec
from kit.data.reading import Reading
from kit.data.row import Row
from kit.errors import MissingPackageError
from kit.gate.alike.normal import mark, normal
from kit.gate.check import Check, Seen, asked
from kit.gate.finding import Flag, Part
from kit.gate.registry import CHECKS
from kit.gate.synthesize.plan import Task
from kit.gate.synthesize.spec import COUNTER, SynthesizeSpec
from kit.gate.synthesize.writer import mark_in
from kit.gate.texts import Texts
from kit.i18n import _
from kit.report import Report
from kit.spec import resolve

UNCHANGED, KNOWN = "unchanged", "asked before"
# Checks that compare rows with others; those of the test part are in the data of such a check already.
_COMPARING = ("conflicts", "exact-duplicates", "near-duplicates", "same-meaning")
_AT_ONCE = 500


@dataclass(frozen=True)
class Candidate:
    """A row that a model wrote, and what it was asked for."""

    task: Task
    row: Row


class Sieve:
    """Lets rows through that no check points at.

    Parameters
    ----------
    spec : SynthesizeSpec
    data : Dataset
        What rows may not repeat.
    test : sequence of Row
        Nor these; empty where there are no test rows.
    report : Report
        In whose folder checks keep passing files; asked to stop, they do.

    Attributes
    ----------
    kept : list of Candidate
        In the order in which they were asked for.
    refused : Counter of (str, str)
        How many were refused, by way and reason.
    lacking : list of str
        What could not be checked, in sentences.
    """

    def __init__(self, spec: SynthesizeSpec, data: Dataset, test: Sequence[Row], report: Report) -> None:
        self._spec, self._data, self._test, self.report = spec, data, test, report
        self._marks = {mark(normal(asked(row))) for row in (*test, *data.items)}
        self.kept: list[Candidate] = []
        self.refused: Counter[tuple[str, str]] = Counter()
        self.lacking: list[str] = []
        self._checks = [name for name in CHECKS if name in spec.checks]

    def take(self, tasks: Sequence[Task], replies: Sequence[str]) -> None:
        """Look at what was written, and keep what is good."""
        found = []
        for task, reply in zip(tasks, replies, strict=True):
            row = mark_in(reply) or task.made(reply, self._data.task)
            reason = row if isinstance(row, str) else self._known(row, task)
            if reason:
                self.refused[task.way, reason] += 1
            elif isinstance(row, Row):
                found.append(Candidate(task, row))
        for name in self._checks:
            found = self._passed(name, found)
        self.kept += found

    def _known(self, row: Row, task: Task) -> str:
        """Return why a row says nothing new, "" where it does; whatever its answer is."""
        own = mark(normal(asked(row)))
        if own == mark(normal(asked(task.row))):
            return UNCHANGED
        if own in self._marks:
            return KNOWN
        self._marks.add(own)
        return ""

    def _passed(self, name: str, candidates: list[Candidate]) -> list[Candidate]:
        if not candidates or (name == "leaks" and not self._test) or (name == "rules" and not self._spec.rules):
            return candidates
        before = self._before(name, candidates)
        try:
            flags = _flags(name, self._spec, before, [each.row for each in candidates], self.report)
        except MissingPackageError as exc:
            self._checks.remove(name)
            words = _("{check} was not looked at. {problem} {fix}")
            self.lacking.append(words.format(check=name, problem=exc.problem, fix=exc.fix))
            return candidates
        told = {flag.number for flag in flags if flag.part == "test"}
        by_place = {flag.number: flag for flag in flags if flag.part == "data"}
        left = []
        for place, candidate in enumerate(candidates):
            if place in by_place and not self._excused(name, candidate, by_place[place], before, told):
                self.refused[candidate.task.way, name] += 1
            else:
                left.append(candidate)
        return left

    def _before(self, name: str, candidates: Sequence[Candidate]) -> list[Row]:
        """Return the rows that candidates are compared with; of other checks, the rows that they were made from."""
        if name == "leaks":
            return list(self._test)
        if name in _COMPARING:
            return [*self._test, *self._data.items, *(each.row for each in self.kept)]
        return [each.task.row for each in candidates]

    def _excused(self, name: str, candidate: Candidate, flag: Flag, before: Sequence[Row], told: set[int]) -> bool:
        """Is what the check points at no fault of this candidate?

        A counter-example is meant to be like its parent, and a name that stands in the parent may stand in its child.
        """
        others = [number for part, number in flag.others if part == "test"]
        if name == "near-duplicates" and candidate.task.way == COUNTER:
            return bool(others) and all(before[number] is candidate.task.row for number in others)
        return name == "personal" and any(before[number] is candidate.task.row for number in told)


def test_rows(test: DataSpec | None) -> list[Row]:
    """Return the rows that synthetic ones are kept away from: those that can be used.

    They are compared with, not tested on here: a source whose rows all have one label is good enough.
    """
    if test is None:
        return []
    return [entry.row for entry in Reading(test).entries() if entry.row is not None]


def _flags(
    name: str, spec: SynthesizeSpec, before: Sequence[Row], rows: Sequence[Row], report: Report
) -> tuple[Flag, ...]:
    """Return what a check points at among `rows`, which come after those `before`; numbers are positions."""
    parts: tuple[tuple[Part, Sequence[Row]], ...] = (("test", before), ("data", rows))
    with Texts(report.folder) as texts:
        check: Check = resolve(CHECKS[name].made_by)(spec, texts)
        for part, some in parts:
            for start in range(0, len(some), _AT_ONCE):
                report.check()
                seen = [
                    Seen(part, place, place, row) for place, row in enumerate(some[start : start + _AT_ONCE], start)
                ]
                for each in seen:
                    texts.add(part, each.asked)
                check.feed(seen)
        return check.finish(lambda done, total: report.check()).flags
