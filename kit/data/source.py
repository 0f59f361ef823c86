"""The rows that a spec names, wherever they are: bundled, in a file, a folder, the hub or a database."""

from __future__ import annotations

from kit.data.origin.origin import open_origin
from kit.data.read import open_source
from kit.data.record import Records, table_of
from kit.data.spec import DataSpec
from kit.data.synthetic import with_marks
from kit.data.table import Table


def open_rows(spec: DataSpec, wanted: tuple[str, ...] | None = None) -> Records:
    """Open what `spec` names, to read it row by row.

    Parameters
    ----------
    spec : DataSpec
    wanted : tuple of str or None
        Columns that count: a reader may leave the others out; None for all.

    Raises
    ------
    KitError
        There is no such source, or it cannot be read at all.
    """
    found = open_origin(spec.source, query=spec.query, password_variable=spec.password_variable)
    return open_source(spec.source, wanted, spec.encoding) if found is None else found


def read_rows(spec: DataSpec) -> Table:
    """Read the columns that `spec` wants, all rows at once.

    Raises
    ------
    KitError
        As `open_rows` does.
    DataError
        A row cannot be read.
    """
    wanted = with_marks(spec.wanted)
    return table_of(open_rows(spec, wanted), wanted)
