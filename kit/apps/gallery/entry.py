"""One app of a gallery: a notebook, its address, and what can be said of it today."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kit.apps.gallery.measured import last_measured
from kit.apps.gallery.notice import notice_of
from kit.apps.gallery.vertical import vertical_told
from kit.apps.notebooks.template import bundled_folder
from kit.errors import KitError
from kit.i18n import _


@dataclass(frozen=True)
class Entry:
    """A notebook that is served.

    Parameters
    ----------
    slug : str
        Its part of the address.
    path : Path
        Of the notebook, absolute.
    """

    slug: str
    path: Path

    def told(self) -> dict[str, str]:
        """Return title, about, model, accuracy, date, limits and metric, "" for what is not known; read anew each time.

        The metric is "" where it is accuracy.
        """
        notice = notice_of(self.path)
        measured = vertical_told(notice.vertical) if notice.vertical and not notice.accuracy else None
        if measured is not None:
            return {"title": notice.title, "about": notice.about, "limits": notice.limits, **measured}
        found = None if notice.accuracy else last_measured(self.path, notice.names, notice.run)
        model, accuracy, date = notice.model, notice.accuracy, notice.date
        if found is not None:
            model = f"{found.model} · {found.method}" if found.method else found.model
            accuracy, date = found.words(), time.strftime("%Y-%m-%d", time.localtime(found.when))
            if found.among > 1:
                accuracy += " " + _("(best of {n} variants)").format(n=found.among)
        return {
            "title": notice.title,
            "about": notice.about,
            "model": model,
            "accuracy": accuracy,
            "date": date,
            "limits": notice.limits,
            "metric": "",
        }


def entries_of(paths: Iterable[str | Path] = ()) -> tuple[Entry, ...]:
    """Return the apps that `paths` name: notebooks, and folders of them; without any, those that come along.

    Raises
    ------
    KitError
        Something is neither notebook nor folder, or there is no app in a folder.
    """
    given = [Path(path) for path in paths]
    if not given:
        bundled = bundled_folder()
        given = [bundled] if bundled is not None else []
    found: dict[Path, None] = {}
    for path in given:
        found.update(dict.fromkeys(each.resolve() for each in _notebooks(path)))
    slugs: dict[str, Path] = {}
    for path in found:
        slugs[_slug(path.stem, slugs)] = path
    return tuple(Entry(slug, path) for slug, path in slugs.items())


def _notebooks(path: Path) -> list[Path]:
    if not path.is_dir():
        check_notebook(path)
        return [path]
    there = [each for each in sorted(path.glob("*.ipynb")) if each.is_file()]
    apps = [each for each in there if notice_of(each).app]
    if not apps:
        problem = (
            _("There is no notebook in the folder {path}.") if not there else _("No notebook in {path} is an app.")
        )
        raise KitError(problem.format(path=path), fix=_("Name one, as in: tunebook app NOTEBOOK.ipynb"))
    return apps


def check_notebook(notebook: Path) -> None:
    """Raise unless `notebook` is a file that ends with .ipynb.

    Raises
    ------
    KitError
        It is none; the message names those that are there.
    """
    if notebook.is_file() and notebook.suffix == ".ipynb":
        return
    folder = notebook if notebook.is_dir() else notebook.parent
    there = sorted(path.name for path in folder.glob("*.ipynb")) if folder.is_dir() else []
    if notebook.is_dir():
        problem = _("{notebook} is a folder; an app is one notebook.")
    elif notebook.exists():
        problem = _("{notebook} is no notebook: its name must end with .ipynb.")
    else:
        problem = _("There is no notebook {notebook}.")
    fix = _("In {folder} there are: {names}.").format(folder=folder, names=", ".join(there)) if there else ""
    raise KitError(problem.format(notebook=notebook), fix=fix or _("Give the path of a file that ends with .ipynb."))


def _slug(stem: str, taken: Iterable[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "app"
    number, slug = 1, plain
    while slug in taken:
        number += 1
        slug = f"{plain}-{number}"
    return slug
