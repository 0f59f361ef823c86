"""Which files can be read, by the ends of their names. Light: the readers themselves load when a file is opened."""

from __future__ import annotations

SUFFIXES = {
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": "list",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".parquet": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
}
