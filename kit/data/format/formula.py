"""Cells that a spreadsheet would carry out: here they are text, and their number is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kit.i18n import ngettext

_SIGNS = frozenset("=+-@")
# A minus or plus before a number, a blank or nothing is no formula: a loss, a phone number, an item of a list.
_FORMULA = re.compile(r"[=@][^\s=]|[+-][A-Za-z(@=]")
_MANY = 3


class Formulas:
    """Counts cells that look like formulas."""

    def __init__(self) -> None:
        self.count = 0

    def look(self, cells: Iterable[Any]) -> None:
        """Count among `cells`."""
        for cell in cells:
            if cell.__class__ is str and cell[:1] in _SIGNS and _FORMULA.match(cell):
                self.count += 1

    def note(self) -> str:
        """Return a sentence where there are several, else ""."""
        if self.count < _MANY:
            return ""
        text = ngettext(
            "{n} cell begins like a formula (=, +, - or @); it was read as text and not carried out.",
            "{n} cells begin like formulas (=, +, - or @); they were read as text and not carried out.",
            self.count,
        )
        return text.format(n=f"{self.count:,}")
