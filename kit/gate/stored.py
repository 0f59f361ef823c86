"""Rows of all columns in a file of their own, named by their content, and the spec that reads them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from kit.data import DataSpec
from kit.data.bundled import DATASETS
from kit.data.recipe import read_recipe, write_recipe
from kit.place import home

# What says where rows are and which of them, rather than what they mean.
_OF_THE_SOURCE = (
    "source",
    "encoding",
    "split",
    "test_share",
    "limit",
    "seed",
    "query",
    "password_variable",
)


class StoredRows:
    """Rows that are written one after another; kept under the home folder once all are there.

    Until `keep`, they lie in a file that nobody takes for data, and that goes where the work ends before.

    Attributes
    ----------
    rows : int
        How many there are.
    """

    def __init__(self) -> None:
        folder = home() / "data"
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".rows-")
        self._file = os.fdopen(handle, "wb")
        self._passing = Path(name)
        self._digest = hashlib.sha256()
        self.rows = 0

    def add(self, cells: Mapping[str, Any]) -> None:
        """Write the next row."""
        self._file.write(line_of(cells))
        self._digest.update(canonical(cells))
        self.rows += 1

    @property
    def hash(self) -> str:
        """The SHA-256 of all rows so far, as 64 hex digits; the order of columns does not count."""
        return self._digest.hexdigest()

    def keep(self, name: str = "") -> Path:
        """Close the file, give it its name (of its content, where none is given) and return where it is."""
        path = (home() / "data" / f"{name or self.hash[:16]}.jsonl").absolute()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._passing, path)
        return path

    def __enter__(self) -> StoredRows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._passing.unlink(missing_ok=True)


def keep_with_recipe(stored: StoredRows, recipe: dict[str, Any], *, key: str) -> Path:
    """Keep rows by the name of their content, with their recipe beside them.

    Where another recipe has made the same rows before, they are kept once more, by a name that holds `key`, too: no
    recipe is lost.

    Parameters
    ----------
    recipe : dict
        With "spec" and "hash_before", by which it is told from others.
    key : str
        Of the spec.
    """
    name = stored.hash[:16]
    other = read_recipe(str(home() / "data" / f"{name}.jsonl"))
    path = stored.keep(name if other is None or _making(other) == _making(recipe) else f"{name}-{key}")
    write_recipe(path, recipe)
    return path


def _making(recipe: dict[str, Any]) -> dict[str, Any]:
    """Return what made some rows of what, whatever version of Tunebook did."""
    spec = {name: value for name, value in recipe.get("spec", {}).items() if name != "version"}
    return {"spec": spec, "before": recipe.get("hash_before")}


def line_of(cells: Mapping[str, Any]) -> bytes:
    """Return a row as a line of JSON; half characters become escapes that read back."""
    return _json(cells).encode("utf-8", "backslashreplace") + b"\n"


def canonical(cells: Mapping[str, Any]) -> bytes:
    """Return a row as it counts for a hash: equal for equal cells, whatever the order of columns."""
    return _json(dict(sorted(cells.items()))).encode("utf-8", "backslashreplace") + b"\n"


def _json(cells: Mapping[str, Any]) -> str:
    try:
        return json.dumps(cells, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        return json.dumps(_plain(cells), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """Return `value` as JSON can hold it: what is no number becomes null, arrays lists, dates and the rest text."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def spec_of(path: Path, asked: DataSpec) -> DataSpec:
    """Return the spec that reads the rows at `path` as `asked` reads its own."""
    same = {f.name: getattr(asked, f.name) for f in dataclasses.fields(asked) if f.name not in _OF_THE_SOURCE}
    bundled = DATASETS.get(asked.source) if asked.task == "classify" else None
    if bundled is not None:  # what its name brings along must not get lost with the name
        same["instruction"] = asked.instruction or bundled.instruction
        same["labels"] = asked.labels or bundled.labels
    return DataSpec(source=str(path), **same)
