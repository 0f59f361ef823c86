"""Broken rows: those that the task cannot use, by field and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kit.data.reading import Entry
from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding, Flag, Part
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import _, ngettext

_KINDS = 10


class Schema(Check):
    """Points at every row that cannot be used."""

    name = "schema"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        self._flags: list[Flag] = []
        self._fields: Counter[str] = Counter()
        self._rows = 0

    def feed(self, rows: Sequence[Seen]) -> None:
        self._rows += len(rows)

    def feed_broken(self, part: Part, entries: Sequence[Entry]) -> None:
        self._rows += len(entries)
        for entry in entries:
            assert entry.problem is not None
            where = "" if entry.problem.field is None else _("field {field!r}").format(field=entry.problem.field) + ": "
            self._flags.append(Flag(part, -1, entry.number, where + entry.problem.message))
            self._fields[entry.problem.field or ""] += 1

    def finish(self, tell: Tell) -> Finding:
        """Return the broken rows; none may be left in data that is trained on."""
        numbers = {"rows": self._rows, "fields": dict(self._fields.most_common(_KINDS))}
        if not self._flags:
            summary = ngettext("{n} row, which can be read.", "All {n} rows can be read.", self._rows)
            return Finding("schema", "ok", summary.format(n=f"{self._rows:,}"), numbers=numbers)
        n = len(self._flags)
        summary = ngettext(
            "{n} row of {all} cannot be used: {first}", "{n} rows of {all} cannot be used; the first: {first}", n
        )
        told = summary.format(n=f"{n:,}", all=f"{self._rows:,}", first=self._flags[0].message)
        return Finding("schema", "stop", told, tuple(self._flags), numbers)
