"""From unchecked rows to texts and labels, or one clear error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from kit.data.table import Faults, Table, no_rows, shown
from kit.errors import DataError, UnknownNameError, nearest
from kit.i18n import _

_MISSING = object()
_MANY_ROWS = 20  # from here on, a label of its own in every row means a wrong column
_SHOWN_LABELS = 12


def checked_rows(table: Table, text: str, label: str, allowed: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the texts and the labels of all rows.

    Labels that are whole numbers or truth values become text; blanks around a label do not count.

    Parameters
    ----------
    table : Table
        At least one row.
    text, label : str
        Columns.
    allowed : tuple of str
        The only labels allowed; empty, any are.

    Raises
    ------
    UnknownNameError
        There is no such column.
    DataError
        A cell is missing, empty, of another kind, or a label that is not allowed; there are no rows or no two labels.
    """
    if not table.rows:
        raise no_rows(table.name)
    for parameter, column in (("text", text), ("label", label)):
        if column not in table.columns:
            raise _no_column(table, parameter, column)
    faults = Faults(table.name, table.unit)
    texts: list[str] = []
    answers: list[str] = []
    for number, cells in table.rows:
        answer, fault = checked_row(cells, text, label, allowed)
        if fault is not None:
            faults.add(number, fault[0], fix=fault[1], field=fault[2])
            continue
        texts.append(cells[text])
        answers.append(answer)
    faults.check()
    if not allowed:
        _check_variety(table, label, answers)
    return texts, answers


def checked_row(
    cells: Mapping[str, Any], text: str, label: str, allowed: tuple[str, ...]
) -> tuple[str, tuple[str, str, str] | None]:
    """Return the label of one row, and what is wrong with it (problem, fix, column) or None."""
    problem = _text_problem(cells, text)
    if problem:
        return "", (*problem, text)
    answer, problem = _label_of(cells, label, allowed)
    return answer, (*problem, label) if problem else None


def _no_column(table: Table, parameter: str, column: str) -> UnknownNameError:
    near = nearest(column, table.columns)
    words = [_("{name} has no column {column!r}.").format(name=table.name, column=column), table.hint]
    name = repr(near) if near else "…"
    words.append(_("Name the right one with {parameter}={name}.").format(parameter=parameter, name=name))
    return UnknownNameError(parameter, column, table.columns, fix=" ".join(word for word in words if word))


def _text_problem(cells: Mapping[str, Any], column: str) -> tuple[str, str] | None:
    value = cells.get(column, _MISSING)
    if value is _MISSING or value is None:
        return _absent(value), _("Fill the text in, or leave the row out.")
    if not isinstance(value, str):
        return _not_text(value)
    if not value.strip():
        problem = _("the text is empty ({value}).").format(value=shown(value))
        return problem, _("Fill the text in, or leave the row out.")
    return _half_characters(value)


def _label_of(cells: Mapping[str, Any], column: str, allowed: tuple[str, ...]) -> tuple[str, tuple[str, str] | None]:
    value = cells.get(column, _MISSING)
    absent = value is _MISSING or value is None or (isinstance(value, float) and math.isnan(value))
    if absent or (isinstance(value, str) and not value.strip()):
        problem = _("the label is empty ({value}).").format(value=shown(value)) if not absent else _absent(value)
        return "", (problem, _("Give the row a label, or leave it out."))
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column of whole numbers turns into floats where a value was missing once
    if not isinstance(value, str | int):
        return "", (_not_text(value)[0], _("A label is a word or a whole number: name such a column with label=."))
    if isinstance(value, int) and value.bit_length() > 64:  # Python refuses to write out the longest
        return "", (_("a number of {n} bits is no class.").format(n=value.bit_length()), _("Use short labels."))
    answer = str(value).strip()
    if allowed and answer not in allowed:
        near = nearest(answer, allowed)
        names = ", ".join(allowed[:_SHOWN_LABELS]) + (", …" if len(allowed) > _SHOWN_LABELS else "")
        problem = _("the label {value!r} is not one of {names}.").format(value=answer, names=names)
        fix = _("Did you mean {near!r}?").format(near=near) if near else ""
        return "", (problem, f"{fix} {_('Correct the label, or add it to labels=.')}".strip())
    return answer, _half_characters(answer)


def _absent(value: Any) -> str:
    return _("the value is missing.") if value is _MISSING else _("the value is null.")


def _not_text(value: Any) -> tuple[str, str]:
    if isinstance(value, dict):
        keys = ", ".join(list(value)[:3]) + (", …" if len(value) > 3 else "")
        problem = _("it holds an object ({keys}), not text.").format(keys=keys)
        return problem, _('Write each object as one text first, such as "{key}: …; …".').format(
            key=next(iter(value), "")
        )
    if isinstance(value, list | tuple):
        problem = _("it holds a list ({value}), not text.").format(value=shown(value))
        return problem, _("Join the list to one text first.")
    problem = _("{value} is of type {kind}, not text.").format(value=shown(value), kind=type(value).__name__)
    return problem, _("Name the column that holds the text with text=, or write the value in quotes.")


def _half_characters(value: str) -> tuple[str, str] | None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as exc:
        problem = _("half a character ({code}) at position {at}.").format(code=ascii(value[exc.start]), at=exc.start)
        return problem, _("Export the data again: an emoji or a rare sign was cut in two.")
    return None


def _check_variety(table: Table, column: str, answers: list[str]) -> None:
    found = set(answers)
    if len(found) == 1:
        problem = _("{name}, field {column!r}: every row has the same label, {label!r}.").format(
            name=table.name, column=column, label=answers[0]
        )
        fix = _("Give rows of at least two labels, or name all allowed ones with labels=.")
        raise DataError(problem, fix=fix, field=column)
    if len(found) == len(answers) >= _MANY_ROWS:
        problem = _("{name}, field {column!r}: every row has a label of its own, such as {label}.").format(
            name=table.name, column=column, label=shown(answers[0])
        )
        raise DataError(problem, fix=_("Name the column that holds the class with label=."), field=column)
