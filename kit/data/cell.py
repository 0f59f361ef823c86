"""What one cell may hold, and what is wrong with it otherwise.

Each function returns the value as a row keeps it, or raises a `Fault`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from kit.data.table import shown
from kit.i18n import _

_MISSING = object()


class Fault(Exception):
    """A cell that cannot be used.

    Parameters
    ----------
    problem : str
        A sentence that begins with what is there.
    fix : str
        What to do about it.
    field : str
        The column.
    """

    def __init__(self, problem: str, fix: str, field: str) -> None:
        self.problem, self.fix, self.field = problem, fix, field
        super().__init__(problem)


def is_absent(cells: Mapping[str, Any], column: str) -> bool:
    """Is there no value at all (no such cell, null, or not a number)?"""
    value = cells.get(column)
    return value is None or (isinstance(value, float) and math.isnan(value))


def text_of(cells: Mapping[str, Any], column: str) -> str:
    """Return a text that is not blank; an object is written out as "name: value; name: value"."""
    value = cells.get(column, _MISSING)
    if value is _MISSING or value is None:
        raise Fault(absent(cells, column), _("Fill the text in, or leave the row out."), column)
    if isinstance(value, Mapping):
        value = _written_out(value, column)
    if not isinstance(value, str):
        raise Fault(*_not_text(value), column)
    if not value.strip():
        problem = _("the text is empty ({value}).").format(value=shown(value))
        raise Fault(problem, _("Fill the text in, or leave the row out."), column)
    return whole(value, column)


def label_of(cells: Mapping[str, Any], column: str) -> str:
    """Return a label: a word or a whole number, blanks around it left out."""
    value = cells.get(column, _MISSING)
    if is_absent(cells, column) or (isinstance(value, str) and not value.strip()):
        known = value is not _MISSING and value is not None
        problem = _("the label is empty ({value}).").format(value=shown(value)) if known else absent(cells, column)
        raise Fault(problem, _("Give the row a label, or leave it out."), column)
    value = number_of(value)
    if not isinstance(value, str | int):
        fix = _("A label is a word or a whole number: name such a column with label=.")
        raise Fault(_not_text(value)[0], fix, column)
    if isinstance(value, int) and value.bit_length() > 64:  # Python refuses to write out the longest
        problem = _("a number of {n} bits is no class.").format(n=value.bit_length())
        raise Fault(problem, _("Use short labels."), column)
    return whole(str(value).strip(), column)


def texts_of(value: Any, column: str) -> tuple[str, ...] | None:
    """Return the texts of a list, or None where `value` is none; a list may be written as JSON, as CSV files need."""
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if hasattr(value, "tolist"):  # what pandas holds of a list that came from Parquet
        value = value.tolist()
    if not isinstance(value, list | tuple):
        return None
    texts = []
    for place, item in enumerate(value):
        if isinstance(item, bool) or not isinstance(item, str | int | float) or not str(item).strip():
            problem = _("entry {place} of the list, {value}, is no text.").format(place=place, value=shown(item))
            raise Fault(problem, _("Write each entry as a text that is not empty."), column)
        texts.append(whole(str(item).strip(), column))
    return tuple(texts)


def group_of(cells: Mapping[str, Any], column: str) -> str:
    """Return the value of a further column as text, "" where there is none."""
    value = cells.get(column)
    if is_absent(cells, column):
        return ""
    value = number_of(value)
    if not isinstance(value, str | int | float):
        fix = _("Name columns with words or numbers in columns=.")
        raise Fault(_("{value} is no group.").format(value=shown(value)), fix, column)
    return whole(str(value).strip(), column)


def number_of(value: Any) -> Any:
    """Return a whole number that was written with a point as one.

    A column of whole numbers turns into floats where a value was missing once.
    """
    return int(value) if isinstance(value, float) and value.is_integer() else value


def absent(cells: Mapping[str, Any], column: str) -> str:
    """Return how a cell without a value is told."""
    return _("the value is null.") if column in cells else _("the value is missing.")


def whole(value: str, column: str) -> str:
    """Return `value`, making sure that no character of it was cut in two."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as exc:
        problem = _("half a character ({code}) at position {at}.").format(code=ascii(value[exc.start]), at=exc.start)
        fix = _("Export the data again: an emoji or a rare sign was cut in two.")
        raise Fault(problem, fix, column) from None
    return value


def _written_out(value: Mapping[str, Any], column: str) -> str:
    """Return the features of a row as one text; those without a value are left out."""
    parts = []
    for name, held in value.items():
        if held is None or (isinstance(held, float) and math.isnan(held)):
            continue
        if not isinstance(held, str | int | float):
            problem = _("the feature {name!r} holds {value}, not a word or a number.").format(
                name=str(name), value=shown(held)
            )
            raise Fault(problem, _("Write the features flat: a name and one value each."), column)
        parts.append(f"{name}: {held}")
    return "; ".join(parts)


def _not_text(value: Any) -> tuple[str, str]:
    if isinstance(value, list | tuple):
        problem = _("it holds a list ({value}), not text.").format(value=shown(value))
        return problem, _("Join the list to one text first.")
    if isinstance(value, dict):
        keys = ", ".join(map(str, list(value)[:3])) + (", …" if len(value) > 3 else "")
        return _("it holds an object ({keys}), not text.").format(keys=keys), ""
    problem = _("{value} is of type {kind}, not text.").format(value=shown(value), kind=type(value).__name__)
    return problem, _("Name the column that holds the text with text=, or write the value in quotes.")
