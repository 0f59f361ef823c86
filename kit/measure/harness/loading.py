"""Open tasks of lm-evaluation-harness: by name, or from a YAML file without any network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kit.errors import DataError, KitError, ParameterError, nearest
from kit.i18n import _
from kit.measure.harness.local import members, read_task
from kit.measure.harness.names import task_file

Loaded = dict[str, dict[str, Any]]  # as lm-eval's TaskManager.load returns it: "tasks", "groups"

_SEED = 1234  # of the choice of solved examples, as lm-eval has it


def load_tasks(names: Sequence[str], *, shots: int = 0) -> Loaded:
    """Return the tasks that `names` mean, with their rows.

    Parameters
    ----------
    names : sequence of str
        Names of tasks, groups or tags that lm-eval knows, or YAML files.
    shots : int, default 0
        Solved examples before each question; 0: as the task says.

    Raises
    ------
    ParameterError
        lm-eval knows no such name, or two tasks have the same.
    DataError
        The file is no task, or its rows are not to be had.
    """
    found: Loaded = {"tasks": {}, "groups": {}}
    known = _Known()
    for name in names:
        loaded = _loaded(name, known)
        twice = sorted(loaded["tasks"].keys() & found["tasks"].keys())
        if twice:
            allowed = _("tasks of different names; {name} is there twice").format(name=twice[0])
            raise ParameterError("tasks", tuple(names), allowed=allowed)
        for kind in ("tasks", "groups"):
            found[kind] |= loaded.get(kind) or {}
    for task in found["tasks"].values():
        _set_shots(task, shots)
    return found


def _set_shots(task: Any, shots: int) -> None:
    """Do what lm-eval does with its --num_fewshot: a task that says 0 in so many words keeps 0."""
    said = task.get_config("num_fewshot")
    if said is None or (shots and said != 0):
        task.set_config(key="num_fewshot", value=shots)
    task.set_fewshot_seed(seed=_SEED)


class _Known:
    """The tasks that come with lm-eval, looked through when one is first asked for by name: it takes seconds."""

    def __init__(self) -> None:
        self._manager: Any = None

    def manager(self) -> Any:
        from lm_eval.tasks import TaskManager

        self._manager = self._manager or TaskManager()
        return self._manager


def _loaded(name: str, known: _Known) -> Loaded:
    file = task_file(name)
    if file is None:
        _check_known(name, known.manager())
    try:
        loaded: Loaded = known.manager().load([name]) if file is None else _from_file(file)
    except KitError:
        raise
    except Exception as exc:  # a task is a program of sorts: it may fail in any way
        raise _no_task(name, file, exc) from exc
    return loaded


def _check_known(name: str, manager: Any) -> None:
    if name not in manager.task_index:
        near = nearest(name, manager.all_tasks)
        hint = _("Did you mean {near!r}?").format(near=near) if near else ""
        fix = f"{hint} {_('A task of your own is given as its YAML file.')}".strip()
        raise ParameterError("tasks", name, allowed=_("the name of a task that lm-eval knows"), fix=fix)


def _from_file(file: Path) -> Loaded:
    from lm_eval.tasks import TaskManager

    task = read_task(file)
    if "group" not in task:
        single: Loaded = TaskManager(include_defaults=False).load([task])
        return single
    # What a group is made of stands beside it, or comes with lm-eval.
    manager = TaskManager(include_path=str(file.parent), include_defaults=False)
    if not members(task) <= manager.task_index.keys():
        manager = TaskManager(include_path=str(file.parent))
    for entry in map(manager.task_index.get, members(task)):
        if entry is not None and entry.yaml_path is not None and file.parent in entry.yaml_path.parents:
            entry.cfg, entry.yaml_path = read_task(entry.yaml_path), None  # as it reads them, but for the data files
    group: Loaded = manager.load([task["group"]])
    return group


def _no_task(name: str, file: Path | None, exc: Exception) -> DataError:
    reason = (str(exc).strip() or type(exc).__name__).splitlines()[0]
    if not isinstance(exc, OSError | ImportError) and file is not None:
        problem = _("The task {name} cannot be read: {reason} ({kind}).")
        fix = _("Compare it with the guide to tasks of lm-evaluation-harness.")
    elif file is not None:
        problem = _("What the task {name} reads is not to be had: {reason} ({kind}).")
        fix = _("Check dataset_path and data_files in it; rows in a JSONL file need dataset_path: json.")
    else:
        problem = _("The rows of the task {name} are not to be had: {reason} ({kind}).")
        fix = _(
            "lm-eval fetches them from the Hugging Face hub: go online once, or write a YAML file of the task that "
            "reads rows of yours (dataset_path: json)."
        )
    return DataError(problem.format(name=name, reason=reason.rstrip("."), kind=type(exc).__name__), fix=fix)
