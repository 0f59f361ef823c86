"""Rows without personal data: the first thing that happens to them, and the only one that sees them as they were.

What is found becomes its kind, such as ``<EMAIL>``. In a column of groups each value keeps a mark of its own, so that
the rows of one person stay together and nobody can tell whose they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.data import DataSpec
from kit.data.reading import Entry, Reading
from kit.data.split import sample_rows
from kit.gate.clean.step import Mender
from kit.gate.personal.kinds import KINDS, PLACEHOLDER
from kit.gate.stored import StoredRows, spec_of
from kit.report import Report
from kit.verticals.preparing.spec import PrepareSpec

ROW = "source_row"  # the column that tells the place of a row in its source, from 0
_AT_ONCE = 100
_LONG = 7  # digits of a number that may be somebody's: a phone, an account, a card


@dataclass
class Masked:
    """What became of one source.

    Parameters
    ----------
    spec : DataSpec
        That reads the rows as they are now.
    rows : int
        How many are left.
    of : int
        How many the source has.
    broken : int
        Rows that cannot be used; they are left out.
    strange : int
        Rows with a label that no row to train on has; they are left out.
    found : Counter
        Places where personal data stood, by kind.
    rows_with : int
        Rows that held some.
    """

    spec: DataSpec
    rows: int = 0
    of: int = 0
    broken: int = 0
    strange: int = 0
    found: Counter[str] = field(default_factory=Counter)
    rows_with: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        names = ("rows", "of", "broken", "strange", "rows_with")
        return {**{name: getattr(self, name) for name in names}, "found": dict(self.found)}


def masked(spec: PrepareSpec, part: str, report: Report, labels: tuple[str, ...] = ()) -> Masked:
    """Write a sample of the rows of one part without personal data, and return what was done.

    Parameters
    ----------
    spec : PrepareSpec
    part : {"train", "test"}
    report : Report
        Told how far it is.
    labels : tuple of str
        Those that rows may have, where they are known already.
    """
    asked = spec.data if part == "train" or spec.test is None else spec.test
    chosen, found = _chosen(asked, spec.rows if part == "train" else spec.test_rows, spec.seed, labels)
    masker = _Masker(spec, asked)
    report.progress(f"personal data, {part}", 0, len(chosen), "rows")
    with StoredRows() as stored:
        for place, entry in enumerate(_entries(asked)):
            if place not in chosen:
                continue
            stored.add({**masker(entry.cells, found), ROW: place})
            if stored.rows % _AT_ONCE == 0:
                report.check()
                report.progress(f"personal data, {part}", stored.rows, len(chosen), "rows")
        found.rows = stored.rows
        path = stored.keep()
    report.progress(f"personal data, {part}", found.rows, found.rows, "rows")
    found.spec = spec_of(Path(path), asked)
    return found


def _chosen(asked: DataSpec, most: int, seed: int, labels: tuple[str, ...]) -> tuple[frozenset[int], Masked]:
    """Return the places of the rows that are used: those that can be, a sample of them with the same shares."""
    found = Masked(asked)
    places: list[int] = []
    groups: list[str] = []
    for place, entry in enumerate(_entries(asked)):
        found.of += 1
        if entry.row is None:
            found.broken += 1
        elif labels and asked.task == "classify" and entry.row.answer not in labels:
            found.strange += 1
        else:
            places.append(place)
            groups.append(entry.row.answer if asked.task == "classify" else "")
    picked = sample_rows(groups, max(most, len(set(groups))), seed) if places else []
    return frozenset(places[row] for row in picked), found


def _entries(asked: DataSpec) -> Iterator[Entry]:
    return Reading(asked).entries()


Mend = Callable[[Mapping[str, Any]], dict[str, Any]]


def _as_it_is(cells: Mapping[str, Any]) -> dict[str, Any]:
    return dict(cells)


class _Masker:
    """Takes personal data out of the cells of a row."""

    def __init__(self, spec: PrepareSpec, asked: DataSpec) -> None:
        self._apart = tuple(name for name in (spec.group, spec.time) if name)
        self._marked = spec.group
        self._mender: Mend
        self._marks: Mend
        if not spec.personal:
            self._mender = self._marks = _as_it_is
            return
        from kit.gate.clean import CleanSpec
        from kit.gate.personal.mend import mend

        plain = CleanSpec(data=asked, personal=spec.personal)
        self._mender = Mender(mend(plain), asked, everywhere=True)
        self._marks = Mender(mend(plain.replace(personal_as="hash")), asked, everywhere=True)

    def __call__(self, cells: Mapping[str, Any], found: Masked) -> dict[str, Any]:
        text = {name: _as_text(value) for name, value in cells.items() if name not in self._apart}
        mended = self._mender(text)
        kinds = _kinds(mended) - _kinds(text)
        found.found.update(kinds)
        found.rows_with += bool(kinds)
        # A number that is nobody's stays a number.
        kept = {name: cells[name] if mended[name] == text[name] else mended[name] for name in text}
        told = self._marks({name: cells[name] for name in self._apart if name in cells and name == self._marked})
        return {name: {**cells, **told, **kept}[name] for name in cells}


def _as_text(value: Any) -> Any:
    """Return a value with long numbers written out, so that they are looked at too."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and abs(value) >= 10**_LONG:
        return str(value)
    if isinstance(value, Mapping):
        return {name: _as_text(held) for name, held in value.items()}
    return [_as_text(held) for held in value] if isinstance(value, list | tuple) else value


def _kinds(value: Any) -> Counter[str]:
    """Return how often each kind of personal data has left its mark."""
    if isinstance(value, str):
        marks = (mark.strip("<>").lower() for mark in PLACEHOLDER.findall(value))
        return Counter(mark for mark in marks if mark in KINDS)
    if isinstance(value, Mapping):
        return sum((_kinds(held) for held in value.values()), Counter())
    return sum((_kinds(held) for held in value), Counter()) if isinstance(value, list | tuple) else Counter()
