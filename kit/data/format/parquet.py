"""Parquet, through pyarrow, some rows at a time; only the columns that count are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.data.record import Problem, Record, Records
from kit.data.table import check_columns
from kit.errors import DataError, MissingPackageError
from kit.i18n import _

_ROWS_A_BYTE, _TIMES = 50, 200  # as dense as no rows are that say something
_MANY, _UNPACKED = 1_000_000, 1 << 30  # rows, bytes
_AT_ONCE = 512  # rows
_BUFFER = 1 << 20  # bytes of a column that are held; without it, all of a group of rows are


class ParquetRows(Records):
    """The rows of a Parquet file.

    Parameters
    ----------
    path : Path
        The file.
    wanted : tuple of str or None
        Columns to read; None for all.

    Raises
    ------
    DataError
        The file is damaged, or names a column twice.
    MissingPackageError
        There is no pyarrow.
    """

    def __init__(self, path: Path, wanted: tuple[str, ...] | None) -> None:
        super().__init__(path.name, _("row"))
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as exc:
            raise MissingPackageError("pyarrow", needed_for=_("Reading Parquet")) from exc
        self._path, self._wanted = path, wanted
        self._open = parquet.ParquetFile
        self._errors = (pyarrow.ArrowException, OSError, ValueError, OverflowError)
        try:
            with self._open(path) as file:
                names, self.size = tuple(file.schema_arrow.names), file.metadata.num_rows
                unpacked = sum(file.metadata.row_group(n).total_byte_size for n in range(file.metadata.num_row_groups))
        except self._errors as exc:
            problem = _("{name} is not a Parquet file that can be read: {reason}.")
            raise DataError(problem.format(name=path.name, reason=_reason(exc)), fix=_fix()) from exc
        self._check_size(path.stat().st_size, unpacked)
        check_columns(self.name, names)
        self._columns.update(dict.fromkeys(names))

    def read(self) -> Iterator[Record]:
        """Yield every row; where the file is damaged, those behind that place are one problem."""
        found = [name for name in self.columns if self._wanted is None or name in self._wanted]
        number = 0
        if not found:
            yield from (Record(row, {}) for row in range(1, (self.size or 0) + 1))
            return
        try:
            with self._open(self._path, buffer_size=_BUFFER, pre_buffer=False) as file:
                for batch in file.iter_batches(_AT_ONCE, columns=found, use_threads=False):
                    names = batch.schema.names
                    for values in zip(*(_values(column) for column in batch.columns), strict=True):
                        number += 1
                        yield Record(number, dict(zip(names, values, strict=True)))
        except self._errors as exc:
            message = _("the file is damaged from here on: {reason}.").format(reason=_reason(exc))
            yield Record(number + 1, {}, Problem(message, fix=_fix()))

    def _check_size(self, size: int, unpacked: int) -> None:
        """Raise where a file says that it holds far more than such a file does: some are made to fill a machine."""
        rows = self.size or 0
        if (rows > _MANY and rows > _ROWS_A_BYTE * size) or (unpacked > _UNPACKED and unpacked > _TIMES * size):
            problem = _("{name} has {size:,} bytes and says that it holds {rows:,} rows of {unpacked:,} MiB.").format(
                name=self.name, size=size, rows=rows, unpacked=unpacked >> 20
            )
            raise DataError(problem, fix=_("Such a file is not read: export it again, uncompressed."))


def _reason(exc: Exception) -> str:
    return " ".join(str(exc).split()).rstrip(".")


def _fix() -> str:
    return _("Export it again; the copy may be damaged or cut short.")


def _values(column: Any) -> list[Any]:
    values: list[Any] = column.to_pylist()
    return values
