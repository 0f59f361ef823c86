"""From unchecked rows to checked ones, or one clear error."""

from __future__ import annotations

from kit.data.cell import Fault
from kit.data.row import Row, row_of
from kit.data.spec import DataSpec
from kit.data.table import Faults, Table, no_rows, shown
from kit.errors import DataError, UnknownNameError, nearest
from kit.i18n import _

_MANY_ROWS = 20  # from here on, a label of its own in every row means a wrong column


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
    for parameter, column in (*spec.roles.items(), *(("columns", column) for column in spec.columns)):
        if column not in table.columns:
            raise _no_column(table, parameter, column)
    faults = Faults(table.name, table.unit)
    rows = []
    for number, cells in table.rows:
        try:
            rows.append(row_of(cells, spec))
        except Fault as fault:
            faults.add(number, fault.problem, fix=fault.fix, field=fault.field)
    faults.check()
    if spec.task == "classify" and not spec.labels:
        _check_variety(table, spec.label, [row.answer for row in rows])
    return rows


def _no_column(table: Table, parameter: str, column: str) -> UnknownNameError:
    near = nearest(column, table.columns)
    words = [_("{name} has no column {column!r}.").format(name=table.name, column=column), table.hint]
    name = repr(near) if near else "…"
    words.append(_("Name the right one with {parameter}={name}.").format(parameter=parameter, name=name))
    return UnknownNameError(parameter, column, table.columns, fix=" ".join(word for word in words if word))


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
