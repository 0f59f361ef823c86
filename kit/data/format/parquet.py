"""Parquet, through pyarrow; only the wanted columns are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kit.data.table import Table, check_columns
from kit.errors import DataError, MissingPackageError
from kit.i18n import _


def read(path: Path, wanted: tuple[str, ...], encoding: str) -> Table:
    """Read a Parquet file.

    Parameters
    ----------
    path : Path
        The file.
    wanted : tuple of str
        Columns to read.
    encoding : str
        Not used: Parquet says itself how its text is held.

    Raises
    ------
    DataError
        The file is empty or damaged.
    MissingPackageError
        There is no pyarrow.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as exc:
        raise MissingPackageError("pyarrow", needed_for=_("Reading Parquet")) from exc
    if not path.stat().st_size:
        raise DataError(
            _("{name} is empty (0 bytes).").format(name=path.name), fix=_("Export it again, or give another file.")
        )
    try:
        with parquet.ParquetFile(path) as file:
            columns = tuple(file.schema_arrow.names)
            check_columns(path.name, columns)
            found = [column for column in wanted if column in columns]
            cells = file.read(columns=found).to_pydict() if found else {}
    except DataError:
        raise
    except (pyarrow.ArrowException, OSError, ValueError) as exc:
        problem = _("{name} is not a Parquet file that can be read: {reason}.").format(
            name=path.name, reason=str(exc).strip().rstrip(".")
        )
        raise DataError(problem, fix=_("Export it again; the copy may be damaged or cut short.")) from exc
    return Table(name=path.name, unit=_("row"), columns=columns, rows=_rows(cells))


def _rows(cells: dict[str, list[Any]]) -> list[tuple[int, Any]]:
    columns = list(cells)
    values = zip(*cells.values(), strict=True)
    return [(number, dict(zip(columns, row, strict=True))) for number, row in enumerate(values, start=1)]
