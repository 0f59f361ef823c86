"""The rows of a cleaning, on disk between its steps: some go, some are mended, the others stay as they were."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from kit.data import DataSpec
from kit.data.reading import Entry, Problem, Reading, entry_of
from kit.gate.stored import canonical, line_of
from kit.report import Report

AT_ONCE = 500
T = TypeVar("T")
Mend = Callable[[Mapping[str, Any]], dict[str, Any]]


class Rows:
    """All rows of a source that have not been dropped yet.

    Parameters
    ----------
    data : DataSpec
        The source, read once.
    folder : Path
        Where the rows lie meanwhile.
    report : Report
        Told how far reading is.

    Attributes
    ----------
    before : int
        Rows of the source.
    labels : Counter of str
        How many rows of the source each label has, where rows are classified.
    hash : str
        The SHA-256 of the rows of the source.
    notes : list of str
        What the reader guessed or mended.
    name, unit, columns
        As `Reading` has them.
    """

    def __init__(self, data: DataSpec, folder: Path, report: Report) -> None:
        self._data, self._path, self._report = data, _passing(folder), report
        self._gone: set[int] = set()
        self.labels: Counter[str] = Counter()
        self.before = 0
        digest = hashlib.sha256()
        reading = Reading(data)
        with self._path.open("wb") as file:
            for entry in self._told(reading.entries(), "reading", reading.size):
                self.before += 1
                digest.update(canonical(entry.cells))
                file.write(_line(entry.number, entry.cells, _of_the_reader(entry, data)))
                if entry.row is not None and data.task == "classify":
                    self.labels[entry.row.answer] += 1
        self.hash, self.notes = digest.hexdigest(), reading.notes
        self.name, self.unit, self.columns = reading.name, reading.unit, reading.columns

    def __len__(self) -> int:
        return self.before - len(self._gone)

    def entries(self, phase: str) -> Iterator[list[Entry]]:
        """Yield what is left, some rows at a time, saying how far it is as `phase`."""
        entries = map(self._entry, self._told(self._held(), phase, len(self)))
        while batch := list(islice(entries, AT_ONCE)):
            yield batch

    def drop(self, numbers: set[int]) -> None:
        """Let rows go, by their numbers in the source."""
        self._gone |= numbers

    def mend(self, mend: Mend, phase: str) -> None:
        """Put what `mend` makes of its cells in the place of each row."""
        passing = self._path.with_suffix(".next")
        with passing.open("wb") as file:
            for held in self._told(self._held(), phase, len(self)):
                file.write(_line(held["number"], mend(held["cells"]), held["problem"]))
        os.replace(passing, self._path)

    def close(self) -> None:
        """Remove what lies on disk."""
        self._path.unlink(missing_ok=True)
        self._path.with_suffix(".next").unlink(missing_ok=True)

    def _held(self) -> Iterator[dict[str, Any]]:
        with self._path.open("rb") as lines:
            for line in lines:
                held = json.loads(line)
                if held["number"] not in self._gone:
                    yield held

    def _entry(self, held: dict[str, Any]) -> Entry:
        number, cells, problem = held["number"], held["cells"], held["problem"]
        if problem is not None:
            return Entry(number, None, cells, Problem(*problem))
        return entry_of(number, cells, self._data)

    def _told(self, each: Iterator[T], phase: str, total: int | None) -> Iterator[T]:
        for done, one in enumerate(each):
            if done % AT_ONCE == 0:
                self._report.check()
                self._report.progress(phase, done, total, "rows")
            yield one


def _passing(folder: Path) -> Path:
    """Return a new file in `folder`, which may hold the source, too."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".rows-")
    os.close(handle)
    return Path(name)


def _of_the_reader(entry: Entry, data: DataSpec) -> list[str | None] | None:
    """Return what the reader found wrong with a row; what is wrong with its cells shows again when they are read."""
    if entry.problem is None or (entry.cells and entry_of(entry.number, entry.cells, data).row is None):
        return None
    return [entry.problem.message, entry.problem.field, entry.problem.fix]


def _line(number: int, cells: Mapping[str, Any], problem: list[str | None] | None) -> bytes:
    return line_of({"number": number, "cells": dict(cells), "problem": problem})
