"""A notebook as a file: cells in, a path out, never over another file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Cell = dict[str, Any]

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_LONGEST = 80  # characters of a name


def markdown(text: str) -> Cell:
    """Return a cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": text.strip()}


def code(text: str) -> Cell:
    """Return a cell of code that has not been run."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text.strip()}


def notebook(cells: Sequence[Cell]) -> dict[str, Any]:
    """Return a notebook, in version 4.5 of the format, as plain values."""
    return {
        "cells": [{**cell, "id": f"cell-{place:02}"} for place, cell in enumerate(cells)],
        "metadata": {"kernelspec": dict(_KERNEL), "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def save(values: dict[str, Any], folder: Path, name: str) -> Path:
    """Write a notebook to a new file in `folder` and return its path.

    Parameters
    ----------
    values : dict
        The notebook.
    folder : Path
        It must exist.
    name : str
        What the file is called, without its ending; where that is taken, a number follows.

    Raises
    ------
    OSError
        Nothing can be written there.
    """
    return write_new(folder, name, ".ipynb", json.dumps(values, indent=1, ensure_ascii=False) + "\n")


def write_new(folder: Path, name: str, ending: str, text: str) -> Path:
    """Write `text` to a file that was not there before: `name`, or `name-2`, `name-3` and so on."""
    stem = file_name(name)
    number = 1
    while True:
        path = folder / (f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}")
        try:
            with open(path, "x", encoding="utf-8", errors="backslashreplace") as file:
                try:
                    file.write(text)
                except BaseException:  # a full disk must not leave half a notebook
                    path.unlink(missing_ok=True)
                    raise
            return path
        except FileExistsError:
            number += 1


def file_name(name: str) -> str:
    """Return `name` as a file may be called: letters, digits, '-', '_' and '.', neither hidden nor too long."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-")[:_LONGEST] or "notebook"
