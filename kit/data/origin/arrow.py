"""Rows of Arrow tables as plain cells: batch after batch, classes by their names, dates as ISO text.

pyarrow is never imported here: who has a batch has imported it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from kit.data.record import Record

Features = Mapping[str, Sequence[str]]

_AT_ONCE = 512  # rows that become Python objects together


def class_names(features: Any) -> dict[str, tuple[str, ...]]:
    """Return the names of the classes of each column that holds classes as numbers, as a dataset_info.json has them."""
    if not isinstance(features, Mapping):
        return {}
    found = {}
    for column, feature in features.items():
        names = feature.get("names") if isinstance(feature, Mapping) else None
        if isinstance(names, list) and feature.get("_type") == "ClassLabel":
            found[str(column)] = tuple(map(str, names))
    return found


def rows_of(batches: Iterable[Any], names: Features) -> Iterator[Record]:
    """Yield every row of Arrow record batches with its number, from 1.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
    names : mapping of str to sequence of str
        Of the classes of columns that hold numbers; a number without a name (-1: unlabelled) becomes None.
    """
    number = 0
    for batch in batches:
        columns = list(batch.schema.names)
        for start in range(0, batch.num_rows, _AT_ONCE):
            part = batch.slice(start, _AT_ONCE)  # a batch may hold all rows of a file
            values = [_column(part.column(place).to_pylist(), names.get(name)) for place, name in enumerate(columns)]
            for row in zip(*values, strict=True):
                number += 1
                yield Record(number, dict(zip(columns, row, strict=True)))


def plain_cell(value: Any) -> Any:
    """Return a value of a database or an Arrow table as a cell: dates as ISO text, decimals as they are written."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | timedelta):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain_cell(item) for item in value]
    if isinstance(value, dict):
        return {name: plain_cell(held) for name, held in value.items()}
    return str(value) if type(value).__name__ == "UUID" else value


def _column(values: list[Any], names: Sequence[str] | None) -> list[Any]:
    if names is None:
        return [plain_cell(value) for value in values]
    return [names[value] if isinstance(value, int) and 0 <= value < len(names) else None for value in values]
