"""A notebook as code that can be looked at: each cell as Python, without running it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import _


@dataclass(frozen=True)
class Cell:
    """One cell: its place counted from 1, its kind ("code", "markdown", "raw") and its text."""

    place: int
    kind: str
    text: str

    @cached_property
    def tree(self) -> ast.Module | None:
        """The code as Python reads it, or None for text and for what is no Python."""
        if self.kind != "code" or self.text.lstrip().startswith("%%"):
            return None  # a cell magic: another language, or a file that is written
        try:
            return ast.parse(_plain_python(self.text))
        except (SyntaxError, ValueError, RecursionError):
            return None

    def strings(self) -> Iterator[tuple[str, int]]:
        """Yield every piece of text that stands in the code, with its line."""
        if self.tree is not None:
            for node in ast.walk(self.tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value, node.lineno


@dataclass(frozen=True)
class Source:
    """A notebook: its cells, and its values as they stand in the file."""

    path: Path
    cells: tuple[Cell, ...]
    values: dict[str, Any]

    @property
    def code(self) -> list[Cell]:
        """The cells of code."""
        return [cell for cell in self.cells if cell.kind == "code" and cell.text.strip()]

    def stripped(self) -> dict[str, Any]:
        """Return the notebook without outputs, which may show what is not meant for everybody."""
        values: dict[str, Any] = json.loads(json.dumps(self.values))
        for cell in values["cells"]:
            cell.pop("attachments", None) if cell.get("cell_type") == "code" else None
            if cell.get("cell_type") == "code":
                cell["outputs"], cell["execution_count"] = [], None
        values.get("metadata", {}).pop("widgets", None)
        return values


def read_notebook(path: Path) -> Source:
    """Return the notebook at `path`.

    Raises
    ------
    KitError
        It cannot be read, or is no notebook of version 4.
    """
    fix = _("Open it in JupyterLab and save it, or give another file.")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as exc:
        raise KitError(_("{name} cannot be read: {reason}.").format(name=path.name, reason=exc), fix=fix) from exc
    cells = values.get("cells") if isinstance(values, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells) or values.get("nbformat") != 4:
        raise KitError(_("{name} is no notebook of version 4.").format(name=path.name), fix=fix)
    found = [Cell(place, str(cell.get("cell_type")), _text(cell)) for place, cell in enumerate(cells, start=1)]
    return Source(path, tuple(found), values)


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _plain_python(text: str) -> str:
    """Return a cell with its magics and shell lines as the calls that IPython makes of them; lines stay in place."""
    from IPython.core.inputtransformer2 import TransformerManager

    plain: str = TransformerManager().transform_cell(text)
    return plain
