"""Rows that say nearly the same as an earlier one.

Candidates come from two sides: MinHash sketches (`sketch`, `bands`), and for short rows what is left when a word is
left out (`left_out`). Each pair is then laid side by side (`likeness`), so nothing hangs on the accuracy of a sketch.
Words, counts and keys lie on disk while rows stream; some fifty bytes a row stay in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from kit.gate.alike.features import Features
from kit.gate.alike.groups import Groups
from kit.gate.alike.left_out import LeftOut
from kit.gate.alike.nearness import Nearness
from kit.gate.alike.normal import answered, mark, normal
from kit.gate.alike.numbers import Numbers
from kit.gate.alike.portions import portions
from kit.gate.alike.register import Register
from kit.gate.alike.wording import row_name
from kit.gate.alike.words import mixed, spans, words_of
from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding, Flag
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import _, ngettext


class NearDuplicates(Check):
    """Points at every row but the first of those that say nearly the same."""

    name = "near-duplicates"
    reads_again = True

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        self._rows = Register()
        self._same, self._answers = array("Q"), array("Q")
        self._features, self._left_out = Features(texts.folder), LeftOut(texts.folder)
        self._numbers = Numbers()

    def feed(self, rows: Sequence[Seen]) -> None:
        for first, texts in portions([seen.asked for seen in rows]):
            self._add(texts, len(self._rows) + first)
        self._rows.add(rows)
        self._answers.extend(mark(answered(seen.row)) for seen in rows)

    def _add(self, texts: list[str], first: int) -> None:
        """Put away what is compared of the rows from `first` on."""
        words = words_of(texts)
        bounds = words.bounds()
        same = mixed(spans(words.hashes, bounds[:-1], bounds[1:]))
        for place in np.flatnonzero(np.diff(bounds) == 0).tolist():  # signs only
            same[place] = mark(normal(texts[place]))
        self._same.frombytes(same.tobytes())
        self._left_out.add(words, first)
        self._features.add(words)
        self._numbers.add(words)

    def finish(self, tell: Tell) -> Finding:
        """Return the rows that repeat an earlier one, with the row that stays and how alike the two are."""
        nearness = Nearness(self._rows, self.texts, self._features, self.spec.near)
        nearness.join_same(np.frombuffer(self._same, np.uint64))
        nearness.join_short(self._left_out, tell)
        nearness.join_alike(self._numbers, tell)
        flags = self._flags(nearness.groups)
        numbers = {
            "rows": len(flags),
            "groups": len({flag.others[0] for flag in flags}),
            "of_test_rows": sum(flag.part == "data" and flag.others[0][0] == "test" for flag in flags),
            "compared": nearness.compared,
        }
        return Finding(self.name, *self._said(numbers), tuple(flags), numbers)

    def _flags(self, groups: Groups) -> list[Flag]:
        flags = []
        roots = groups.roots()
        for position in np.flatnonzero(roots != np.arange(len(roots))).tolist():
            root = int(roots[position])
            like, score = groups.nearest(position)
            words = _("Nearly the same as {row} ({score:.2f}).")
            if self._answers[position] != self._answers[root]:
                words = _("Nearly the same as {row} ({score:.2f}), but answered otherwise.")
            others = (root,) if like == root else (root, like)
            message = words.format(row=row_name(self._rows, like), score=score)
            flags.append(self._rows.flag(position, message, others, round(score, 4)))
        return sorted(flags, key=lambda flag: (flag.part, flag.place))

    def _said(self, numbers: dict[str, int]) -> tuple[Any, str]:
        n = numbers["rows"]
        if not n:
            return "ok", _("No row says nearly the same as another.")
        summary = ngettext(
            "{n} row in {groups} groups says nearly the same as an earlier row (similarity from {near:.2f}).",
            "{n} rows in {groups} groups say nearly the same as an earlier row (similarity from {near:.2f}).",
            n,
        ).format(n=f"{n:,}", groups=f"{numbers['groups']:,}", near=self.spec.near)
        of_test = numbers["of_test_rows"]
        if not of_test:
            return "warn", summary
        more = ngettext("{n} of them is like a test row.", "{n} of them are like test rows.", of_test)
        return "stop", f"{summary} {more.format(n=f'{of_test:,}')}"
