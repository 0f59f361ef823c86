"""Rows that ask and answer the same as an earlier one."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from kit.gate.alike.groups import same_marks
from kit.gate.alike.normal import answered, mark, normal
from kit.gate.alike.register import Register
from kit.gate.alike.wording import row_name
from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import _, ngettext


class ExactDuplicates(Check):
    """Points at every row but the first that has the same question and the same answer; 16 bytes a row are kept."""

    name = "exact-duplicates"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        self._rows = Register()
        self._marks = array("Q")

    def feed(self, rows: Sequence[Seen]) -> None:
        self._rows.add(rows)
        self._marks.extend(mark(f"{normal(seen.asked)}\0{answered(seen.row)}") for seen in rows)

    def finish(self, tell: Tell) -> Finding:
        """Return the copies, each with the first row that it is like."""
        flags = []
        groups = in_test = 0
        for members in same_marks(self._marks):
            groups += 1
            first = int(members[0])
            for position in members[1:].tolist():
                message = _("The same as {row}.").format(row=row_name(self._rows, first))
                flags.append(self._rows.flag(position, message, (first,), 1.0))
                in_test += position >= self._rows.tests > first
        flags.sort(key=lambda flag: (flag.part, flag.place))
        numbers = {"rows": len(flags), "groups": groups, "of_test_rows": in_test}
        if not flags:
            summary = _("No row is there twice.")
            return Finding(self.name, "ok", summary, numbers=numbers)
        n = len(flags)
        summary = ngettext(
            "{n} row is the same as an earlier one, case and blanks aside.",
            "{n} rows are the same as an earlier one, case and blanks aside.",
            n,
        ).format(n=f"{n:,}")
        if in_test:
            summary += " " + ngettext(
                "{n} of them is a copy of a test row.", "{n} of them are copies of test rows.", in_test
            ).format(n=f"{in_test:,}")
        return Finding(self.name, "stop" if in_test else "warn", summary, tuple(flags), numbers)
