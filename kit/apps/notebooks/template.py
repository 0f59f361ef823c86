"""Notebooks that come with Tunebook, to start from: the quickstart first, and whatever else lies in their folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.apps.notebooks.write import save
from kit.errors import UnknownNameError


@dataclass(frozen=True)
class Template:
    """A notebook to start from: its name, and what its first cell says."""

    name: str
    title: str
    description: str
    path: Path


def templates() -> dict[str, Template]:
    """Return every template by name, in the order of the files; one that cannot be read is left out."""
    folder = bundled_folder()
    found = (_read(path) for path in sorted(folder.glob("*.ipynb"))) if folder else ()
    return {template.name: template for template in found if template is not None}


def copy_template(name: str, folder: Path) -> Path:
    """Copy the template `name` to a new file in `folder`, without outputs, and return its path.

    Raises
    ------
    UnknownNameError
        There is no such template.
    OSError
        Nothing can be written to `folder`.
    """
    known = templates()
    if name not in known:
        raise UnknownNameError("template", name, known)
    values = values_of(known[name].path)
    assert values is not None  # it was read just now
    for cell in values["cells"]:
        if cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return save(values, folder, name)


def bundled_folder() -> Path | None:
    """Return where they are: inside the package, or beside it in a checkout."""
    own = Path(__file__).parents[2]
    return next((place for place in (own / "notebooks", own.parent / "notebooks") if place.is_dir()), None)


def _read(path: Path) -> Template | None:
    values = values_of(path)
    if values is None:
        return None
    first: dict[str, Any] = next((cell for cell in values["cells"] if cell.get("cell_type") == "markdown"), {})
    lines = text_of(first).strip().splitlines()
    title = lines[0].lstrip("# ").strip() if lines else path.stem
    rest = "\n".join(lines[1:]).strip().split("\n\n")[0]
    return Template(path.stem, title or path.stem, " ".join(rest.split()), path)


def values_of(path: Path) -> dict[str, Any] | None:
    """Return the notebook at `path` as plain values, or None where it cannot be read as one."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    fit = isinstance(values, dict) and isinstance(values.get("cells"), list) and values.get("nbformat") == 4
    return values if fit and all(isinstance(cell, dict) for cell in values["cells"]) else None


def text_of(cell: dict[str, Any]) -> str:
    """Return what stands in a cell."""
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)
