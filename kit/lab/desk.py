"""What the launcher, the file browser and the run list ask to be written: notebooks, in folders inside the root."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kit.apps.notebooks import (
    GOALS,
    KINDS,
    PANELS,
    TASKS,
    comparison_notebook,
    copy_template,
    experiment_notebook,
    rerun_notebook,
    templates,
)
from kit.data.bundled import DATASETS
from kit.data.read import READERS
from kit.errors import UnknownNameError
from kit.i18n import _
from kit.lab.data import bundled, check_data
from kit.lab.refusal import Refused
from kit.lab.root import Root
from kit.lab.runs import RunBook

MOST_COMPARED = 50


def list_templates() -> dict[str, Any]:
    """Return the notebooks to start from."""
    found = templates().values()
    return {"templates": [{"name": t.name, "title": t.title, "description": t.description} for t in found]}


def list_panels() -> dict[str, Any]:
    """Return the panels that can be put into a notebook."""
    return {"panels": [{"name": panel.name, "title": _(panel.title), "code": panel.code} for panel in PANELS]}


def list_choices() -> dict[str, Any]:
    """Return what the dialog for a new experiment offers."""
    return {
        "tasks": [{"name": name, "title": _(task.title), "help": _(task.help)} for name, task in TASKS.items()],
        "goals": [{"name": name, "title": _(goal.title), "help": _(goal.help)} for name, goal in GOALS.items()],
        "data": bundled(),
        "kinds": sorted(READERS),
    }


def copy(root: Root, name: str, folder: str) -> dict[str, Any]:
    """Copy a template."""
    place = root.within(folder)
    try:
        return _path(root, copy_template(name, place))
    except UnknownNameError as exc:
        raise Refused(404, exc.problem, fix=exc.fix) from exc


def rerun(book: RunBook, id: str, folder: str) -> dict[str, Any]:
    """Write a notebook that reproduces a run."""
    return _path(book.root, rerun_notebook(book.open(id), book.root.within(folder), root=book.root.folder))


def compare(book: RunBook, ids: Sequence[str], folder: str) -> dict[str, Any]:
    """Write a notebook that compares runs."""
    place = book.root.within(folder)
    if not 2 <= len(ids) <= MOST_COMPARED or len(set(ids)) < len(ids):
        raise Refused(
            400,
            _("{n} runs cannot be compared.").format(n=len(ids)),
            fix=_("Choose 2 to {most} different ones.").format(most=MOST_COMPARED),
        )
    runs = [book.open(id) for id in ids]
    wrong = [run.id for run in runs if run.summary.kind not in KINDS]
    if wrong:
        raise Refused(
            409,
            _("Run {id} cannot be compared.").format(id=wrong[0]),
            fix=_("Choose tunings, sweeps and evaluations."),
        )
    return _path(book.root, comparison_notebook(runs, place))


def experiment(root: Root, values: dict[str, str]) -> dict[str, Any]:
    """Write a notebook for a new experiment; data in a file is looked at first."""
    place, data = root.within(values["folder"]), values["data"]
    text, label = values["text"] or "text", values["label"] or "label"
    if data not in DATASETS:
        seen = check_data(root, data, values["text"], values["label"])
        if not seen["usable"]:
            first = seen["problems"][0]
            raise Refused(422, first["message"], fix=first["fix"])
        text, label = seen["proposed"]["text"], seen["proposed"]["label"]
        data = str(root.file(data))
    path = experiment_notebook(data, place, task=values["task"], goal=values["goal"], text=text, label=label)
    return _path(root, path)


def _path(root: Root, path: Path) -> dict[str, Any]:
    return {"path": root.relative(path)}
