"""A notebook as an app: looked at here, published by a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kit.apps.publish.spec import PublishSpec
from kit.errors import KitError
from kit.i18n import _
from kit.jobs import start
from kit.lab.refusal import Refused
from kit.lab.root import Root
from kit.lab.runs import RunBook


def check_app(root: Root, path: str) -> dict[str, Any]:
    """Return what keeps the notebook at `path` from being published, as far as that shows without running it.

    Raises
    ------
    Refused
        It is no notebook.
    """
    from kit.apps.publish.check import look_at  # not for every start of a server
    from kit.apps.publish.finding import report_of

    file = _notebook(root, path)
    try:
        return report_of(look_at(file).checks)
    except KitError as exc:
        raise Refused(422, exc.problem, fix=exc.fix) from exc


def publish_app(book: RunBook, path: str, folder: str) -> dict[str, Any]:
    """Start a run that publishes the notebook at `path` into `folder`, and return its row."""
    file, place = _notebook(book.root, path), book.root.within(folder)
    spec = PublishSpec(notebook=str(file), folder=str(place), name=f"{file.stem}-app")
    return {"run": book.one(start(spec).id)}


def _notebook(root: Root, path: str) -> Path:
    file = root.file(path)
    if file.suffix != ".ipynb":
        raise Refused(
            422, _("{name} is no notebook.").format(name=file.name), fix=_("Give a file that ends with .ipynb.")
        )
    return file
