"""The runs that an app shows come along: their results and adapters, without logs and checkpoints."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from kit.apps.publish.finding import Finding
from kit.apps.publish.source import Source
from kit.i18n import _
from kit.jobs import Run
from kit.place import runs_folder

HOME = "tunebook-home"  # in the bundle; becomes TUNEBOOK_HOME there
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
    return findings


def _copy(run: Run, place: Path) -> None:
    place.mkdir(parents=True)
    for name in _TAKEN:
        source = run.folder / name
        if source.is_dir():
            shutil.copytree(source, place / name)
        elif source.is_file():
            shutil.copy2(source, place / name)
    about = {**run.about, "cwd": "", "notebook": None}  # places of this machine
    (place / "about.json").write_text(json.dumps(about), encoding="utf-8")


def _going_on(id: str) -> Finding:
    return Finding(
        check="files",
        level="warning",
        message=_("Run {id} is not over, so it does not come along.").format(id=id),
        fix=_("Publish again when it is over."),
    )
