"""Rows that are in no file get one, named by their content, so that a spec can name them for another process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kit.data.row import Row
from kit.data.spec import DataSpec
from kit.data.synthetic import MARK, PARENT
from kit.place import home, write_atomic


def stored_spec(spec: DataSpec) -> DataSpec:
    """Return the spec that reads rows of `spec` once they are stored: the text that a template made has a column."""
    if not spec.template:
        return spec
    taken = {*spec.roles.values(), *spec.columns}
    name = spec.text
    while name in taken:
        name += "_"
    return spec.replace(template="", text=name)


def store_rows(rows: Iterable[Row], spec: DataSpec) -> Path:
    """Write rows to a JSONL file under the home folder, unless it is there already.

    Parameters
    ----------
    rows : iterable of Row
        Checked rows.
    spec : DataSpec
        Says what the columns are called.

    Returns
    -------
    Path
        An absolute path; the same for the same rows.
    """
    content = "".join(json.dumps(cells_of(row, spec), ensure_ascii=False) + "\n" for row in rows)
    key = hashlib.sha256(content.encode()).hexdigest()[:16]
    path = (home() / "data" / f"{key}.jsonl").absolute()
    if not path.exists():
        write_atomic(path, content)
    return path


def where_stored(path: str) -> str:
    """Return where stored rows lie now: their home may have been moved, as into a published app."""
    here = home() / "data" / Path(path).name
    return str(here) if here.exists() and not Path(path).exists() else path


def cells_of(row: Row, spec: DataSpec) -> dict[str, Any]:
    """Return the cells that `spec` reads as `row`, by the names of its columns."""
    values: dict[str, Any] = {"text": row.text, "label": row.answer}
    if row.turns:
        taken = [turn._asdict() for turn in row.turns]
        values["text"] = [*taken, {"role": "assistant", "content": row.answer}]
    if spec.task == "choose":
        values |= {"label": row.right, "choices": list(row.choices)}
    if len(row.accepted) > 1:
        values["label"] = list(row.accepted)
    if spec.context:
        values["context"] = "" if row.turns else row.context  # what the system says stands among the turns
    named = {column: values[role] for role, column in spec.roles.items()}
    written = {} if row.parent is None else {MARK: True, PARENT: row.parent}
    return {**row.columns, **named, **written}
