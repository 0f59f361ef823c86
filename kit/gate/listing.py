"""Rows of data as a model sees them, with what a gate found in each: a page at a time, searched, filtered and sorted.

A source is read again for each question and never held: what is kept are the keys of the last search, the problems
of rows, and the labels that an instruction names. Also: how many rows a repair would touch, without repairing any.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from kit.data.bundled import DATASETS
from kit.data.reading import Entry, Reading
from kit.data.row import Row
from kit.data.spec import DataSpec
from kit.data.table import shown
from kit.gate.finding import Part
from kit.gate.gate import problems_of
from kit.gate.preview import ModelRow, data_around, previews
from kit.models.source import available
from kit.place import cache
from kit.report import Report

Key = tuple[Part, int]
_CHARACTERS = 4000  # of a cell of a row that cannot be used
_MOST_LABELS = 1000


class Listing:
    """The rows of one source, and of the test rows beside it.

    Parameters
    ----------
    data : DataSpec
        Its rows are listed; all of them, whatever its part and limit.
    test : DataSpec, optional
        Of its rows those with problems are listed.
    problems : Path, optional
        What a gate wrote about each row; left out, none has problems.
    model : str, default ""
        By whose tokenizer rows are shown; where it is not on this machine, they are shown as they are.
    max_length : int, tokens, default 1024
        How much of a row the model would read.
    """

    def __init__(
        self,
        data: DataSpec,
        test: DataSpec | None = None,
        problems: Path | None = None,
        model: str = "",
        max_length: int = 1024,
    ) -> None:
        self._sources: dict[Part, DataSpec] = {"data": data} if test is None else {"data": data, "test": test}
        self._flagged: dict[Key, list[dict[str, Any]]] = {}
        if problems is not None and problems.exists():
            self._flagged = {(line["part"], line["number"]): line["problems"] for line in problems_of(problems)}
        self._units: dict[Part, str] = {}
        self._previews = _Previews(model, max_length)
        self._answers: dict[Part, frozenset[str]] = {}
        self._found: tuple[object, list[Key]] = (None, [])

    def page(
        self, *, check: str = "", search: str = "", order: str = "problems", start: int = 0, size: int = 10
    ) -> dict[str, Any]:
        """Return some rows as plain values.

        Parameters
        ----------
        check : str, default ""
            Rows that this check points at, or "any" check; left empty, all rows.
        search : str, default ""
            Rows whose cells or problems hold this text; case does not count.
        order : {"problems", "file"}, default "problems"
            Those with the most problems first, or as the source has them.
        start, size : int
            Which of them.

        Returns
        -------
        dict
            "total" (rows that were found), "start", "exact" (tokens are the model's own) and "rows": each with "part",
            "number", "unit" (what that counts), "problems", "row" (as `ModelRow.to_dict`; None where it cannot be
            used) and "cells" (what stands in the source, by column, of rows that cannot be used; else empty).
        """
        keys = self._keys(check, search, order)
        start = min(start, max((len(keys) - 1) // size * size, 0))
        wanted = keys[start : start + size]
        entries = self._entries(wanted)
        drawn = self._drawn({key: entry for key, entry in entries.items() if entry.row is not None})
        rows = [
            {
                "part": key[0],
                "number": key[1],
                "unit": self._units.get(key[0], ""),
                "problems": self._flagged.get(key, []),
                "row": drawn[key].to_dict() if key in drawn else None,
                "cells": _cells(entries[key]) if key in entries and key not in drawn else {},
            }
            for key in wanted
        ]
        return {"total": len(keys), "start": start, "rows": rows, "exact": any(each.exact for each in drawn.values())}

    def rows(self, keys: Sequence[Key]) -> dict[Key, str]:
        """Return what some rows ask and answer, as one text each."""
        return {key: _said(entry) for key, entry in self._entries(keys).items()}

    def touched(self, drop: Sequence[str], mend: Sequence[str]) -> dict[str, int]:
        """Return how many rows of the data a repair by these checks would drop, and how many others it would mend."""
        dropped = mended = 0
        for (part, _number), problems in self._flagged.items():
            checks = {problem["check"] for problem in problems}
            if part == "data" and checks & set(drop):
                dropped += 1
            elif part == "data" and checks & set(mend):
                mended += 1
        return {"drop": dropped, "mend": mended}

    def _keys(self, check: str, search: str, order: str) -> list[Key]:
        key = (check, search, order)
        if self._found[0] != key:
            self._found = (key, self._search(check, search.casefold().strip(), order))
        return self._found[1]

    def _search(self, check: str, search: str, order: str) -> list[Key]:
        parts: tuple[Part, ...] = tuple(self._sources)
        found = [
            key
            for part in parts
            for key, entry in self._all(part)
            if self._fits(key, check) and (not search or search in self._searched(key, entry))
        ]
        if order == "problems":
            found.sort(key=lambda key: -len(self._flagged.get(key, ())))
        return found

    def _fits(self, key: Key, check: str) -> bool:
        problems = self._flagged.get(key, [])
        if not check:
            return key[0] == "data" or bool(problems)
        return bool(problems) if check == "any" else any(each["check"] == check for each in problems)

    def _searched(self, key: Key, entry: Entry) -> str:
        told = [each["message"] for each in self._flagged.get(key, [])]
        return "\n".join((_said(entry), *told)).casefold()

    def _all(self, part: Part) -> Iterator[tuple[Key, Entry]]:
        reading = Reading(self._sources[part])
        self._units[part] = reading.unit
        for entry in reading.entries():
            yield (part, entry.number), entry

    def _entries(self, keys: Sequence[Key]) -> dict[Key, Entry]:
        """Return the rows at `keys`; a source is read no further than needed."""
        found: dict[Key, Entry] = {}
        for part in self._sources:
            left = {key for key in keys if key[0] == part}
            for key, entry in self._all(part) if left else ():
                if key in left:
                    found[key] = entry
                    left.discard(key)
                    if not left:
                        break
        return found

    def _drawn(self, entries: dict[Key, Entry]) -> dict[Key, ModelRow]:
        drawn: dict[Key, ModelRow] = {}
        for part, source in self._sources.items():
            own = {key: entry.row for key, entry in entries.items() if key[0] == part and entry.row is not None}
            if own:
                asked = self._previews.of(source, list(own.values()), partial(self._labels, part))
                drawn |= dict(zip(own, asked, strict=True))
        return drawn

    def _labels(self, part: Part) -> frozenset[str]:
        """Return the labels of all rows of a part, which its instruction names."""
        if part not in self._answers:
            found: set[str] = set()
            for _key, entry in self._all(part):
                if entry.row is not None and len(found) <= _MOST_LABELS:
                    found.add(entry.row.answer)
            self._answers[part] = frozenset(found)
        return self._answers[part]


class _Previews:
    """Shows rows by the tokenizer of a model, opened once; without one that is here, as they are."""

    def __init__(self, model: str, max_length: int) -> None:
        self._model = model if model and available(model) else ""
        self._max_length = max_length
        self._tokenizer: Any = None

    def of(self, source: DataSpec, rows: list[Row], labels: Callable[[], frozenset[str]]) -> list[ModelRow]:
        named = source.task != "classify" or source.labels or source.instruction or source.source in DATASETS
        data = data_around(source, rows, () if named else labels())
        if not self._model:
            return previews(data)
        from kit.gate.preview import by_tokenizer

        if self._tokenizer is None:
            from kit.engines.hf.tokenizer import load_tokenizer
            from kit.engines.prepare import ready_base

            self._tokenizer = load_tokenizer(ready_base(self._model, Report(cache())).path)
        return by_tokenizer(self._tokenizer, data, self._max_length)


def _said(entry: Entry) -> str:
    row = entry.row
    if row is None:
        return "\n".join(f"{name}: {value}" for name, value in _cells(entry).items())
    return "\n".join(part for part in (row.context, row.text, *row.choices, row.answer, *row.accepted[1:]) if part)


def _cells(entry: Entry) -> dict[str, str]:
    return {
        str(name): value[:_CHARACTERS] if isinstance(value, str) else shown(value, _CHARACTERS)
        for name, value in entry.cells.items()
    }


def listing_of(values: dict[str, Any]) -> Listing:
    """Return the listing that plain values describe, as a page sends them to the process that reads for it."""
    test = values.get("test")
    return Listing(
        DataSpec.from_dict(values["data"]),
        None if test is None else DataSpec.from_dict(test),
        Path(values["problems"]) if values.get("problems") else None,
        values.get("model", ""),
        int(values.get("max_length", 1024)),
    )


def key_of(values: dict[str, Any]) -> str:
    """Return what tells two listings apart; a report that was written anew is another one."""
    path = values.get("problems")
    stamp = Path(path).stat().st_mtime_ns if path and Path(path).exists() else 0
    return json.dumps([values, stamp], sort_keys=True)
