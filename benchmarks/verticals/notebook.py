"""Run a committed notebook as a person would who has changed its parameters, and nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from benchmarks.verticals.sets import Task

FOLDER = Path(__file__).parents[2] / "notebooks"
_TAG = "parameters"


def with_parameters(notebook: Any, values: Mapping[str, Any]) -> Any:
    """Return the notebook with a cell that sets `values` after the one that is tagged for it, as papermill does.

    Raises
    ------
    ValueError
        No cell is tagged, or it does not know a name.
    """
    tagged = [i for i, cell in enumerate(notebook.cells) if _TAG in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise ValueError(f"{len(tagged)} cells are tagged {_TAG!r}: there must be one.")
    known = notebook.cells[tagged[0]].source
    unknown = [name for name in values if f"{name} =" not in known]
    if unknown:
        raise ValueError(f"The notebook has no parameter {unknown[0]}.")
    made = new_code_cell("\n".join(f"{name} = {value!r}" for name, value in values.items()))
    made.metadata["tags"] = ["injected-parameters"]
    notebook.cells.insert(tagged[0] + 1, made)
    return notebook


def run(task: Task, place: Path, *, values: Mapping[str, Any], quick: bool) -> tuple[float, str]:
    """Run the notebook of `task` with a home of its own in `place`; return minutes and what went wrong, if anything.

    The notebook, with what it showed, is left in `place`.
    """
    path = FOLDER / f"{task.vertical}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    files = {name: value for name, value in (("TRAIN", task.train), ("TEST", task.test)) if value}
    with_parameters(notebook, {**files, **values})
    os.environ["TUNEBOOK_HOME"] = str(place / "home")
    os.environ["TUNEBOOK_QUICK"] = "1" if quick else "0"
    client = NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(path.parent)}})
    began, problem = time.monotonic(), ""
    try:
        client.execute()
    except Exception as exc:  # a notebook that fails is a row that says so
        told = getattr(exc, "ename", ""), getattr(exc, "evalue", "")
        problem = f"{told[0]}: {told[1]}" if told[0] else str(exc).strip()[-600:]
    minutes = (time.monotonic() - began) / 60
    nbformat.write(notebook, place / path.name)
    return minutes, problem
