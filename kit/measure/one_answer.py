"""Variants that know one answer only: where every row gets the same label, accuracy tells of the rows alone."""

from __future__ import annotations

from kit.i18n import _
from kit.result import Result


def only_answer(result: Result) -> str:
    """Return the label that a variant gave to every row, or "" where it told rows apart or nothing says so."""
    return str(result.facts.get("only_answer") or "")


def only_answer_words(result: Result) -> str:
    """Return that a variant gives every row the same label, in words, or ""."""
    label = only_answer(result)
    return _("always answers '{label}'").format(label=label) if label else ""
