"""From unchecked rows to checked ones, or one clear error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from kit.data.cell import Fault
from kit.data.row import Row, row_of
from kit.data.spec import DataSpec
from kit.data.table import Faults, Table, no_rows, shown
from kit.errors import DataError, UnknownNameError, nearest
from kit.i18n import _

_MANY_ROWS = 20  # from here on, a label of its own in every row means a wrong column
# What a column is mostly called where nothing looks like the name that was asked for.
_USUAL: dict[str, tuple[str, ...]] = defaultdict(
    tuple, text=("messages", "conversations", "conversation", "question", "prompt"), label=("answer", "output")
)


def checked_rows(table: Table, spec: DataSpec) -> list[Row]:
    """Return all rows of `table`, read as `spec` says.

    Labels that are whole numbers or truth values become text; blanks around a label do not count.

    Parameters
    ----------
    table : Table
        At least one row.
    spec : DataSpec
        Says the task and the columns.

    Raises
    ------
    UnknownNameError
        There is no such column.
    DataError
        A cell is missing, empty, of another kind, or not allowed; there are no rows or no two labels.
    """
    if not table.rows:
        raise no_rows(table.name)
    for parameter, column in named_columns(spec):
        if column not in table.columns:
            raise no_column(table.name, parameter, column, table.columns, hint=table.hint)
    faults = Faults(table.name, table.unit)
    rows = []
    for number, cells in table.rows:
        try:
            rows.append(row_of(cells, spec))
        except Fault as fault:
            faults.add(number, fault.problem, fix=fault.fix, field=fault.field)
    faults.check()
    if spec.task == "classify" and not spec.labels:
        answers = [row.answer for row in rows]
        check_variety(table.name, spec.label, rows=len(rows), labels=len(set(answers)), first=answers[0])
    return rows


def named_columns(spec: DataSpec) -> list[tuple[str, str]]:
    """Return every column that `spec` names, each with the parameter that names it."""
    named = [*spec.roles.items(), *(("template", column) for column in spec.templated)]
    return [*named, *(("columns", column) for column in spec.columns)]


def no_column(name: str, parameter: str, column: str, columns: Sequence[str], *, hint: str = "") -> UnknownNameError:
    """Return the error for a column that a source lacks, with the nearest that it has."""
    near = nearest(column, columns) or next((each for each in columns if each.casefold() in _USUAL[parameter]), None)
    words = [_("{name} has no column {column!r}.").format(name=name, column=column), hint]
    if parameter == "template":
        words.append(_("Write {{{near}}} in the template.").format(near=near) if near else "")
    else:
        shown_name = repr(near) if near else "…"
        words.append(_("Name the right one with {parameter}={name}.").format(parameter=parameter, name=shown_name))
    return UnknownNameError(parameter, column, columns, fix=" ".join(word for word in words if word))


def check_variety(name: str, column: str, *, rows: int, labels: int, first: str) -> None:
    """Raise where so many rows have one label, or each a label of its own.

    Raises
    ------
    DataError
        With the column as `field`.
    """
    if labels == 1:
        problem = _("{name}, field {column!r}: every row has the same label, {label!r}.").format(
            name=name, column=column, label=first
        )
        fix = _("Give rows of at least two labels, or name all allowed ones with labels=.")
        raise DataError(problem, fix=fix, field=column)
    if labels == rows >= _MANY_ROWS:
        problem = _("{name}, field {column!r}: every row has a label of its own, such as {label}.").format(
            name=name, column=column, label=shown(first)
        )
        raise DataError(problem, fix=_("Name the column that holds the class with label=."), field=column)
