"""How stored rows came to be: a JSON file beside them says from what, by which steps, with which hashes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kit.place import write_atomic


def recipe_path(path: Path) -> Path:
    """Return where the recipe of the rows at `path` lies, whether or not it is there."""
    return path.with_suffix(".recipe.json")


def write_recipe(path: Path, recipe: dict[str, Any]) -> Path:
    """Write the recipe of the rows at `path` beside them and return where."""
    beside = recipe_path(path)
    write_atomic(beside, json.dumps(recipe, indent=1, ensure_ascii=False) + "\n")
    return beside


def read_recipe(source: str) -> dict[str, Any] | None:
    """Return the recipe beside a source, None where there is none that can be read."""
    try:
        found = json.loads(recipe_path(Path(source)).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
