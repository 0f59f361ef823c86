"""One step of a cleaning: what a check points at goes, or its texts are mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kit.data import DataSpec
from kit.data.reading import Entry, Reading
from kit.gate.check import Check, Seen, asked
from kit.gate.clean.rows import AT_ONCE, Rows
from kit.gate.clean.spec import CleanSpec
from kit.gate.finding import Part
from kit.gate.registry import CHECKS
from kit.gate.texts import Texts
from kit.report import Report
from kit.spec import resolve

_EVERYWHERE = ("personal",)  # what must not stand in any cell, whether or not the task reads it


def taken(name: str, spec: CleanSpec, rows: Rows, report: Report) -> dict[str, Any]:
    """Take the step `name` and return what it did, as a recipe tells it."""
    before = len(rows)
    if CHECKS[name].repair == "mend":
        told = {"does": "mend", "texts_changed": _mend(name, spec, rows)}
    else:
        told = {"does": "drop", **_drop(name, spec, rows, report)}
    settings = spec.settings(name)
    return {"step": name, **told, "settings": settings, "rows_before": before, "rows_after": len(rows)}


def _mend(name: str, spec: CleanSpec, rows: Rows) -> int:
    mender = Mender(resolve(CHECKS[name].mend)(spec), spec.data, everywhere=name in _EVERYWHERE)
    rows.mend(mender, f"cleaning {name}")
    return mender.changed


class Mender:
    """Mends the texts in the cells of rows, whatever lists and objects they stand in.

    Parameters
    ----------
    mend : callable
        From text to text.
    data : DataSpec
        Whose columns hold what the task reads.
    everywhere : bool
        Are the other columns mended, too? Then the labels of classes are left as they are: they are no one's words.

    Attributes
    ----------
    changed : int
        Texts that were not the same afterwards.
    """

    def __init__(self, mend: Callable[[str], str], data: DataSpec, *, everywhere: bool) -> None:
        self._mend = mend
        self._left = {data.label} if everywhere and data.task == "classify" else set()
        self._only = None if everywhere else set(data.wanted)
        self.changed = 0

    def __call__(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """Return the cells with their texts mended."""
        return {name: self._mended(value) if self._meant(name) else value for name, value in cells.items()}

    def _meant(self, column: str) -> bool:
        return column not in self._left and (self._only is None or column in self._only)

    def _mended(self, value: Any) -> Any:
        if isinstance(value, str):
            text = self._mend(value) if value else value
            self.changed += text != value
            return text
        if isinstance(value, list | tuple):
            return [self._mended(item) for item in value]
        if isinstance(value, Mapping):
            return {name: self._mended(held) for name, held in value.items()}
        return value


def _drop(name: str, spec: CleanSpec, rows: Rows, report: Report) -> dict[str, Any]:
    with Texts(report.folder) as texts:
        check: Check = resolve(CHECKS[name].made_by)(spec, texts)
        if spec.test is not None:
            feeder = _Feeder(check, "test", texts)
            batch: list[Entry] = []
            for entry in Reading(spec.test).entries():
                batch.append(entry)
                if len(batch) == AT_ONCE:
                    report.check()
                    feeder.feed(batch)
                    batch = []
            feeder.feed(batch)
        feeder = _Feeder(check, "data", texts)
        for entries in rows.entries(f"cleaning {name}"):
            feeder.feed(entries)

        def tell(done: float, total: float) -> None:
            report.check()
            report.progress(f"cleaning {name}", done, total)

        found = check.finish(tell)
    rows.drop({flag.number for flag in found.flags if flag.part == "data"})
    return {"found": found.summary}


class _Feeder:
    """Feeds a check with the rows of one part, in order."""

    def __init__(self, check: Check, part: Part, texts: Texts) -> None:
        self._check, self._part, self._texts, self._place = check, part, texts, 0

    def feed(self, entries: Sequence[Entry]) -> None:
        seen = []
        for entry in entries:
            if entry.row is not None:
                seen.append(Seen(self._part, self._place, entry.number, entry.row))
                self._texts.add(self._part, asked(entry.row))
                self._place += 1
        if seen:
            self._check.feed(seen)
        broken = [entry for entry in entries if entry.row is None]
        if broken:
            self._check.feed_broken(self._part, broken)
