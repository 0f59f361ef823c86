"""A pandas DataFrame. pandas is never imported here: who has a frame has imported it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from kit.data.table import Table, check_columns
from kit.i18n import _


def is_frame(source: Any) -> bool:
    """Is `source` a pandas DataFrame?"""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(source, pandas.DataFrame)


def read(frame: Any, wanted: tuple[str, ...]) -> Table:
    """Read the wanted columns of a DataFrame; missing values become None, the index is not used.

    Raises
    ------
    DataError
        Two columns have one name.
    """
    name = _("the DataFrame")
    columns = tuple(str(column) for column in frame.columns)
    check_columns(name, columns)
    places = {column: columns.index(column) for column in wanted if column in columns}
    cells = {column: _values(frame.iloc[:, place]) for column, place in places.items()}
    rows: list[tuple[int, Mapping[str, Any]]] = [
        (number, {column: cells[column][number] for column in cells}) for number in range(len(frame))
    ]
    return Table(name=name, unit=_("position"), columns=columns, rows=rows)


def _values(series: Any) -> list[Any]:
    missing = series.isna().tolist()
    values = series.astype(object).tolist()
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]
