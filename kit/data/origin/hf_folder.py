"""A folder that ``datasets.Dataset.save_to_disk`` wrote: Arrow files, read by pyarrow alone.

One part has ``state.json`` (which files, in which order) and ``dataset_info.json`` (what the columns are); several
parts have a folder each beside ``dataset_dict.json``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.data.origin.arrow import class_names, rows_of
from kit.data.record import Record, Records
from kit.data.table import check_columns
from kit.errors import DataError, MissingPackageError, ParameterError
from kit.i18n import _

_PARTS, _STATE, _INFO = "dataset_dict.json", "state.json", "dataset_info.json"


def is_saved(path: Path) -> bool:
    """Is `path` a folder that holds a saved dataset, or parts of one?"""
    return any(os.path.isfile(path / name) for name in (_PARTS, _STATE))


def parts_in(path: Path) -> tuple[str, ...]:
    """Return the names of the parts that a folder holds, none where it is itself a single dataset."""
    if not os.path.isfile(path / _PARTS):
        return ()
    named = _read_json(path / _PARTS).get("splits")
    if not isinstance(named, list):
        named = sorted(entry.name for entry in path.iterdir() if (entry / _STATE).is_file())
    return tuple(str(name) for name in named)


class FolderRows(Records):
    """The rows of a saved dataset.

    Parameters
    ----------
    path : Path
        A folder for which `is_saved` is true.

    Raises
    ------
    ParameterError
        It holds several parts: each is named, to be given instead.
    DataError
        A file of it is missing or damaged.
    MissingPackageError
        There is no pyarrow.
    """

    def __init__(self, path: Path) -> None:
        _check_single(path)
        self._files = _files(path)
        schema, self.size = _described(self._files)
        super().__init__(path.name, _("row"), tuple(schema.names))
        check_columns(self.name, schema.names)
        self._names = {
            column: names for column, names in class_names(_features(path)).items() if column in self.columns
        }
        for column, names in self._names.items():
            told = _("{column}: numbers are told as the names of their classes ({names}).")
            self.note(told.format(column=column, names=_some(names)))

    def read(self) -> Iterator[Record]:
        """Yield the rows, file after file."""
        yield from rows_of(_batches(self._files), self._names)


def _check_single(path: Path) -> None:
    parts = parts_in(path)
    if parts:
        allowed = _("one part of this dataset: {parts}").format(parts=", ".join(parts))
        fix = _("Give the part, such as source={place!r}.").format(place=str(path / parts[0]))
        raise ParameterError("source", str(path), allowed=allowed, fix=fix)


def changed(path: Path) -> tuple[tuple[int, int], ...]:
    """Return size and time of every file of the folder, which tell whether it holds the same as before."""
    found = [os.stat(file) for file in sorted(path.iterdir()) if file.is_file()]
    return tuple((about.st_size, about.st_mtime_ns) for about in found)


def _files(path: Path) -> list[Path]:
    state = _read_json(path / _STATE)
    if state.get("_indices_data_files"):
        problem = _("{name} was saved with an order of its own beside the rows.").format(name=path.name)
        raise DataError(problem, fix=_("Save it again: data.flatten_indices().save_to_disk(…)."))
    listed = state.get("_data_files")
    named = [str(item.get("filename", "")) for item in listed or [] if isinstance(item, dict)]
    # Only names: a path that leads out of the folder is no file of it.
    files = [path / Path(name).name for name in named if name] or sorted(path.glob("*.arrow"))
    lacking = next((file for file in files if not file.is_file()), None)
    if lacking is not None or not files:
        name = lacking.name if lacking is not None else "*.arrow"
        problem = _("{folder} lacks its file {name}.").format(folder=path.name, name=name)
        raise DataError(problem, fix=_("Copy the whole folder again."))
    return files


def _features(path: Path) -> Any:
    return _read_json(path / _INFO).get("features") if (path / _INFO).is_file() else None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as exc:
        problem = _("{folder}: {name} cannot be read: {reason}.").format(
            folder=path.parent.name, name=path.name, reason=str(exc).rstrip(".")
        )
        raise DataError(problem, fix=_("Copy the folder again, or save the dataset again.")) from exc
    return held if isinstance(held, dict) else {}


def _described(files: list[Path]) -> tuple[Any, int]:
    """Return the schema and the number of rows, by reading over the files once without taking anything in."""
    schema, size = None, 0
    for batch in _batches(files):
        schema = schema or batch.schema
        size += batch.num_rows
    return schema if schema is not None else _schema(files[0]), size


def _schema(file: Path) -> Any:
    with _opened(file) as reader:
        return reader.schema


def _batches(files: list[Path]) -> Iterator[Any]:
    import pyarrow

    for file in files:
        try:
            with _opened(file) as reader:
                yield from reader
        except (pyarrow.ArrowException, OSError) as exc:
            raise _damaged(file, exc) from exc


def _opened(file: Path) -> Any:
    try:
        import pyarrow
    except ImportError as exc:
        raise MissingPackageError("pyarrow", needed_for=_("Reading a saved Hugging Face dataset")) from exc
    try:
        return pyarrow.ipc.open_stream(pyarrow.memory_map(str(file)))
    except (pyarrow.ArrowException, OSError) as exc:
        raise _damaged(file, exc) from exc


def _damaged(file: Path, exc: Exception) -> DataError:
    reason = str(exc).strip().splitlines()[0].rstrip(".") if str(exc).strip() else type(exc).__name__
    problem = _("{folder}: {name} cannot be read: {reason}.").format(
        folder=file.parent.name, name=file.name, reason=reason
    )
    return DataError(problem, fix=_("Copy it again, or save the dataset again; the copy may be cut short."))


def _some(names: tuple[str, ...], most: int = 6) -> str:
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
