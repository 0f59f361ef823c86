"""``tunebook doctor``: what this machine is and whether everything is in place."""

from __future__ import annotations

import argparse
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from kit.i18n import _
from kit.jobs.terminal import table
from kit.machine import memory_free_mib, this_machine
from kit.machine.provenance import version
from kit.place import cache, home

# transformers and peft use it when it is there, and the one from PyPI does not fit a torch for CPUs.
_TROUBLEMAKERS = {"torchvision": "pip uninstall torchvision"}


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("doctor", parents=[common], help=_("look whether everything is in place"))
    parser.set_defaults(do=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    machine = this_machine()
    print(f"tunebook {version()}")
    print(machine)
    print(machine.system)
    print(_("{gb:.1f} GB of memory free").format(gb=memory_free_mib() / 1024))
    for what, folder in ((_("runs"), home()), (_("models"), cache())):
        print(_("{what}: {folder} ({gb:.0f} GB free)").format(what=what, folder=folder, gb=_free_gb(folder)))
    print()
    rows, problems = _packages()
    print(table(rows))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _packages() -> tuple[list[tuple[str, ...]], list[str]]:
    rows: list[tuple[str, ...]] = []
    problems = []
    for text in metadata.requires("tunebook") or []:
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        found = _installed(wanted.name)
        rows.append((wanted.name, found or _("missing"), str(wanted.specifier)))
        if found is None or not wanted.specifier.contains(found, prereleases=True):
            problems.append(
                _("{name} {found} is installed; {wanted} is needed. Add it with: pip install '{name}{wanted}'").format(
                    name=wanted.name, found=found or _("(no version)"), wanted=wanted.specifier
                )
            )
    for name, cure in _TROUBLEMAKERS.items():
        if _installed(name):
            problems.append(
                _("{name} disturbs transformers and peft here. Remove it: {cure}").format(name=name, cure=cure)
            )
    return rows, problems


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _free_gb(folder: Path) -> float:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free / 1e9
