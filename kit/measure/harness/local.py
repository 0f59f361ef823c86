"""A task that a YAML file of one's own describes: what it says, with the paths in it found."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def read_task(file: Path) -> dict[str, Any]:
    """Return what the YAML file says, functions and included files resolved, its data files by full paths.

    A path that is not absolute is seen from the current folder, as lm-eval does, or from the folder of the YAML file
    where the current one has no such file: so a task and its rows can be moved together.
    """
    from lm_eval.tasks._yaml_loader import load_yaml

    task: dict[str, Any] = load_yaml(file, resolve_func=True)
    options = task.get("dataset_kwargs")
    if isinstance(options, dict):
        places = {name: _found(options[name], file.parent) for name in ("data_files", "data_dir") if name in options}
        task["dataset_kwargs"] = {**options, **places}
    if isinstance(task.get("dataset_path"), str) and os.sep in task["dataset_path"]:
        task["dataset_path"] = _found(task["dataset_path"], file.parent)
    return task


def members(group: dict[str, Any]) -> set[str]:
    """Return the names of the tasks and groups that a group is made of, those inside other groups too."""
    names: set[str] = set()
    for item in group.get("task") or ():
        if isinstance(item, str):
            names.add(item)
        elif isinstance(item, dict):
            names |= {item["task"]} if isinstance(item.get("task"), str) else members(item)
    return names


def _found(value: Any, folder: Path) -> Any:
    if isinstance(value, dict):
        return {name: _found(inner, folder) for name, inner in value.items()}
    if isinstance(value, list):
        return [_found(inner, folder) for inner in value]
    if not isinstance(value, str) or "://" in value or os.path.exists(value):
        return value
    beside = folder / value
    return str(beside) if beside.exists() else value
