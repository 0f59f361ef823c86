"""Rows that ask the same and answer differently."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from kit.gate.alike.groups import same_marks
from kit.gate.alike.normal import answered, mark, normal
from kit.gate.alike.register import Register
from kit.gate.alike.wording import row_name
from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding, Flag
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import _, ngettext

_LABELS = 1000  # names of answers that are kept; of more there are no labels, only texts
_SHOWN = 60
_MANY = 0.01  # of the rows: more contradictions than slips of the pen


class Conflicts(Check):
    """Points at every row of the data whose question another row answers otherwise; 20 bytes a row are kept."""

    name = "conflicts"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        self._rows = Register()
        self._asked, self._answers = array("Q"), array("Q")
        self._names: dict[int, str] = {}
        self._written = False  # are answers written, where several may be right?

    def feed(self, rows: Sequence[Seen]) -> None:
        self._rows.add(rows)
        for seen in rows:
            answer = mark(answered(seen.row))
            self._asked.append(mark(normal(seen.asked)))
            self._answers.append(answer)
            self._written |= bool(seen.row.accepted)
            if len(self._names) < _LABELS:
                self._names.setdefault(answer, seen.row.answer[:_SHOWN])

    def finish(self, tell: Tell) -> Finding:
        """Return all rows of each contradiction."""
        flags: list[Flag] = []
        groups = 0
        answers = np.frombuffer(self._answers, np.uint64)
        for members in same_marks(self._asked):
            found, first = np.unique(answers[members], return_index=True)
            if len(found) > 1:
                groups += 1
                flags += self._flags(members, answers, members[np.sort(first)].tolist())
        numbers = {"rows": len(flags), "questions": groups}
        if not flags:
            return Finding(self.name, "ok", _("No two rows contradict each other."), numbers=numbers)
        flags.sort(key=lambda flag: (flag.part, flag.place))
        summary = ngettext(
            "{n} question has different answers, in {rows} rows.",
            "{n} questions have different answers, in {rows} rows.",
            groups,
        ).format(n=f"{groups:,}", rows=f"{len(flags):,}")
        many = not self._written and len(flags) > _MANY * len(self._rows)
        return Finding(self.name, "stop" if many else "warn", summary, tuple(flags), numbers)

    def _flags(self, members: np.ndarray, answers: np.ndarray, firsts: list[int]) -> list[Flag]:
        """Return a flag for each of `members`, against the first row that answers otherwise."""
        flags = []
        for position in members.tolist():
            other = next(each for each in firsts if answers[each] != answers[position])
            name = self._names.get(int(answers[other]), "")
            words = _("{row} asks the same and is answered {answer!r}.") if name else _("{row} is answered otherwise.")
            message = words.format(row=row_name(self._rows, other, begins=True), answer=name)
            flags.append(self._rows.flag(position, message, (other,), 1.0))
        return flags
