"""CSV and its relatives: fields between commas, semicolons or tabs, quotes around line ends."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kit.data.format.text import read_text
from kit.data.table import Faults, Table, check_columns, no_rows
from kit.errors import DataError
from kit.i18n import _

_DELIMITERS = (",", ";", "\t")


def read(path: Path, wanted: tuple[str, ...], encoding: str) -> Table:
    """Read a delimited file whose first line names the columns.

    Parameters
    ----------
    path : Path
        The file.
    wanted : tuple of str
        Columns to keep; they also tell which delimiter is the right one.
    encoding : str
        Of the file.

    Raises
    ------
    DataError
        A row has another number of fields than the header, a quote is left open, a column name stands twice.
    """
    text = read_text(path, encoding)
    delimiter = _delimiter(text, wanted)
    records = _records(path.name, text, delimiter)
    header = next(records, None)
    if header is None:
        raise no_rows(path.name)
    columns = tuple(name.strip() for name in header[1])
    check_columns(path.name, columns)
    faults = Faults(path.name, _("line"))
    rows: list[tuple[int, Mapping[str, Any]]] = []
    for number, fields in records:
        if len(fields) != len(columns):
            problem = _("{found} fields, but the header has {expected}.").format(
                found=len(fields), expected=len(columns)
            )
            fix = _("Put quotes around fields that hold {delimiter!r} or a line end.").format(delimiter=delimiter)
            faults.add(number, problem, fix=fix)
            continue
        cells = dict(zip(columns, fields, strict=True))
        rows.append((number, {column: cells[column] for column in wanted if column in cells}))
    faults.check()
    hint = _("The first line must name the columns.")
    return Table(name=path.name, unit=_("line"), columns=tuple(c for c in columns if c), rows=rows, hint=hint)


def _delimiter(text: str, wanted: tuple[str, ...]) -> str:
    """Return the delimiter under which the first line shows the wanted columns, or else the most columns."""

    def worth(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter)
        try:
            header = [name.strip() for name in next(reader, [])]
        except csv.Error:  # told with its line when the rows are read
            return (0, 0)
        return (len(set(wanted) & set(header)), len(header))

    return max(_DELIMITERS, key=worth)


def _records(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as exc:
            problem = _("{name}, line {line}: {reason}.").format(name=name, line=begins, reason=exc)
            fix = _('A quote is out of place here: write "" for a quote inside quotes, and close each one.')
            raise DataError(problem, fix=fix, row=begins) from exc
        if fields is None:
            return
        if any(field.strip() for field in fields):
            yield begins, fields
        begins = reader.line_num + 1
