"""A data file looked at in a process of its own: the server keeps none of its rows, and a file that breaks its reader
breaks nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from kit.data.bundled import datasets
from kit.data.read import READERS
from kit.i18n import _
from kit.lab.refusal import Refused
from kit.lab.root import Root

LARGEST_MB = 512
_PATIENCE_S = 180.0


def check_data(root: Root, path: str, text: str = "", label: str = "") -> dict[str, Any]:
    """Return what the data file at `path` holds, as `kit.data.look` tells it.

    Raises
    ------
    Refused
        There is no such file, or it is none that can be looked at.
    """
    file = root.file(path)
    size = file.stat().st_size
    if file.suffix.lower() not in READERS:
        kinds = ", ".join(sorted(READERS))
        raise Refused(
            422,
            _("{name} is no data file.").format(name=file.name),
            fix=_("Take a file that ends in {kinds}.").format(kinds=kinds),
        )
    if size > LARGEST_MB * 1e6:
        raise Refused(
            422,
            _("{name} has {size:.0f} MB; up to {most} MB are looked at here.").format(
                name=file.name, size=size / 1e6, most=LARGEST_MB
            ),
            fix=_("Load it in a notebook: kit.load_data({path!r}).").format(path=file.name),
        )
    return {"path": root.relative(file), "name": file.name, "bytes": size, **_looked(file, text, label)}


def bundled() -> list[dict[str, str]]:
    """Return the datasets that come with Tunebook, for a dialog."""
    return [{"name": each.name, "title": each.name, "help": _(each.about)} for each in datasets()]


def _looked(file: Path, text: str, label: str) -> dict[str, Any]:
    # -P: a file named csv.py in the folder that is served must not become a module.
    command = [sys.executable, "-P", "-m", "kit.data.look", str(file), text, label]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, stdin=subprocess.DEVNULL, check=False)
        values: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired as exc:
        why = _("Reading {name} took more than {n:.0f} s.").format(name=file.name, n=_PATIENCE_S)
        raise Refused(422, why, fix=_("Take a part of it.")) from exc
    except ValueError as exc:  # it died without a word, most often for lack of memory
        why = _("{name} cannot be read: its reader ended with code {code}.").format(
            name=file.name, code=done.returncode
        )
        raise Refused(422, why, fix=_("Take a part of it, or convert it to Parquet.")) from exc
    if "error" in values:
        raise Refused(422, values["error"]["message"], fix=values["error"]["fix"])
    return values
