"""What an app shows comes along: the results and adapters of runs, without logs and checkpoints, and files of cases."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from kit.apps.publish.finding import Finding
from kit.apps.publish.source import Source
from kit.i18n import _
from kit.jobs import Run
from kit.place import home, runs_folder

HOME = "tunebook-home"  # in the bundle; becomes TUNEBOOK_HOME there
_ROWS = "prepare"  # the kind of run that makes rows ready
_TAKEN = ("spec.json", "events.jsonl", "result.json", "summary.json", "artifacts")
_ID = re.compile(r"\b\d{8}-\d{6}-[a-z]+-[a-z]{4}\b")


def named_runs(source: Source) -> list[str]:
    """Return the ids of runs on this machine that the code of a notebook names."""
    ids = dict.fromkeys(id for cell in source.code for id in _ID.findall(cell.text))
    return [id for id in ids if (runs_folder() / id / "about.json").is_file()]


def with_bases(ids: Sequence[str]) -> list[str]:
    """Return `ids` and those of the runs that tuned the models which these used."""
    found: dict[str, None] = {}
    ahead = list(ids)
    while ahead:
        id = ahead.pop(0)
        if id in found or not (runs_folder() / id / "about.json").is_file():
            continue
        found[id] = None
        model = Run(runs_folder() / id).summary.model
        if model.startswith("run:"):
            ahead.append(model.removeprefix("run:"))
    return list(found)


def copy_runs(ids: Sequence[str], bundle: Path) -> list[Finding]:
    """Copy runs into a bundle and return which could not come along."""
    findings = []
    for id in ids:
        run = Run(runs_folder() / id)
        if not run.status.over:
            findings.append(_going_on(id))
            continue
        _copy(run, bundle / HOME / "runs" / id)
        if run.summary.kind == _ROWS:
            findings.append(_prepared())
    return findings


def copy_files(files: Sequence[Path], bundle: Path) -> None:
    """Copy files of the home, such as what a case has measured, to the same places of the bundle's home."""
    for path in files:
        if path.is_relative_to(home()):
            place = bundle / HOME / path.relative_to(home())
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(_homeless(path.read_text(encoding="utf-8")), encoding="utf-8")


def _copy(run: Run, place: Path) -> None:
    place.mkdir(parents=True)
    for name in _TAKEN:
        source = run.folder / name
        if source.is_dir():
            shutil.copytree(source, place / name)
        elif source.is_file():
            (place / name).write_text(_homeless(source.read_text(encoding="utf-8")), encoding="utf-8")
    about = {**run.about, "cwd": "", "notebook": None}  # places of this machine
    (place / "about.json").write_text(json.dumps(about), encoding="utf-8")


def _homeless(text: str) -> str:
    """Return the text of a JSON file without the folders of this account, in which its owner's name stands."""
    for folder, short in ((home(), HOME), (Path.home(), "~")):
        text = text.replace(json.dumps(os.fspath(folder))[1:-1] + "/", f"{short}/")
    return text


def _prepared() -> Finding:
    return Finding(
        check="files",
        level="warning",
        message=_("The prepared rows come along. Most personal data was found and taken out of them, not all may be."),
        fix=_("Look through {folder} before others get the bundle.").format(folder=f"{HOME}/data"),
    )


def _going_on(id: str) -> Finding:
    return Finding(
        check="files",
        level="warning",
        message=_("Run {id} is not over, so it does not come along.").format(id=id),
        fix=_("Publish again when it is over."),
    )
