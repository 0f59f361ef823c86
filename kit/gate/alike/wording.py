"""How the checks of likeness name a row."""

from __future__ import annotations

from kit.gate.alike.register import Register
from kit.i18n import _


def row_name(rows: Register, position: int, *, begins: bool = False) -> str:
    """Return what a message calls a row; `begins`: at the beginning of a sentence."""
    if rows.part(position) == "test":
        words = _("Row {n} of the test data") if begins else _("row {n} of the test data")
    else:
        words = _("Row {n}") if begins else _("row {n}")
    return words.format(n=rows.number(position))
