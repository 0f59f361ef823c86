"""Tabular rows as text: a template with the columns' names in braces, such as "Age: {age}; job: {job}".

Nothing of it is carried out: between braces stands a column's name and nothing else. A brace itself is written twice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from kit.data.cell import Fault, whole
from kit.data.table import shown
from kit.errors import ParameterError
from kit.i18n import _

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
Part = tuple[str, str]  # what stands before a column, and its name; the last part has no name


@lru_cache(maxsize=64)
def parts_of(template: str) -> tuple[Part, ...]:
    """Return the template in parts: text and the column after it.

    >>> parts_of("Age: {age}; {{x}}")
    (('Age: ', 'age'), ('; {x}', ''))

    Raises
    ------
    ParameterError
        A brace is left open or stands alone, or names no column, or no column is named at all.
    """
    parts: list[Part] = []
    before, done = "", 0
    for found in _PIECE.finditer(template):
        before += template[done : found.start()]
        done = found.end()
        if found.group() in ("{{", "}}"):
            before += found.group()[0]
            continue
        name = (found.group(1) or "").strip()
        if not name:
            allowed = _("columns in braces, such as 'Age: {age}'; character {at} begins none").format(
                at=found.start() + 1, age="{age}"
            )
            raise ParameterError("template", template, allowed=allowed, fix=_("Write a brace itself twice."))
        parts.append((before, name))
        before = ""
    if not parts:
        raise ParameterError("template", template, allowed=_("text with at least one column in braces"))
    return (*parts, (before + template[done:], ""))


def columns_in(template: str) -> tuple[str, ...]:
    """Return the columns that the template names, each once."""
    return tuple(dict.fromkeys(name for _before, name in parts_of(template) if name))


def rendered(cells: Mapping[str, Any], template: str) -> str:
    """Return the text that the template makes of a row; what has no value is left empty.

    Raises
    ------
    Fault
        A cell holds no word or number, or none has a value.
    """
    text, filled = [], False
    for before, name in parts_of(template):
        value = _written(cells.get(name), name) if name else ""
        filled = filled or bool(value.strip())
        text += [before, value]
    if not filled:
        problem = _("every column of the template is empty.")
        raise Fault(problem, _("Fill one in, or leave the row out."), columns_in(template)[0])
    return whole("".join(text), columns_in(template)[0])


def default_template(columns: Sequence[str]) -> str:
    """Return the template that names each column before its value.

    >>> default_template(["age", "job"])
    'age: {age}; job: {job}'
    """
    return "; ".join(f"{name}: {{{name}}}" for name in columns if not set(name) & set("{}"))


def _written(value: Any, column: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, list | tuple):
        return ", ".join(_written(item, column) for item in value)
    fix = _("Name columns that hold words or numbers.")
    raise Fault(_("{value} is no word or number.").format(value=shown(value)), fix, column)
