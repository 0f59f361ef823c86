"""What the panel is given as data: a path or a name, a spec, a dataset, a DataFrame, or nothing yet."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from kit._check import plain
from kit.data.format import frame
from kit.data.load import open_data
from kit.data.spec import DataSpec
from kit.data.store import store_rows
from kit.errors import ParameterError
from kit.i18n import _
from kit.place import home, write_atomic


def given_source(name: str, value: Any) -> tuple[str, DataSpec | None]:
    """Return where rows are and, where somebody has said it, how they are read.

    Parameters
    ----------
    name : str
        Of the parameter.
    value : str, path, DataSpec, Dataset, panel, DataFrame or None
        A DataFrame is written to a file with all its columns, since a run reads it in another process.

    Raises
    ------
    ParameterError
        It is none of these.
    """
    if value is None:
        return "", None
    if frame.is_frame(value):
        return str(_stored(value)), None
    value = plain(value)
    if isinstance(value, DataSpec):
        value = _part_stored(value)
        return value.source, value
    if isinstance(value, str):
        return value.strip(), None
    allowed = _("a path, the name of a bundled dataset, a dataset, a DataSpec or a pandas DataFrame")
    raise ParameterError(name, value, allowed=allowed)


def _part_stored(spec: DataSpec) -> DataSpec:
    """Return a spec of exactly the rows that `spec` means: a gate looks at all rows of its source."""
    if spec.split == "all" and spec.limit is None:
        return spec
    part = open_data(spec)
    same = {"labels": part.labels, "instruction": part.instruction} if part.labels else {}
    return spec.replace(
        source=str(store_rows(part.items, spec)), split="all", limit=None, encoding="utf-8", template="", **same
    )


def _stored(value: Any) -> Path:
    """Write every column of a DataFrame to a file that is named by its content."""
    columns = tuple(str(column) for column in value.columns)
    rows = frame.read(value, columns).rows
    content = "".join(json.dumps(dict(cells), ensure_ascii=False, default=str) + "\n" for _number, cells in rows)
    key = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    path = (home() / "data" / f"frame-{key}.jsonl").absolute()
    if not path.exists():
        write_atomic(path, content)
    return path
