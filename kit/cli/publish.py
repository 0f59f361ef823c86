"""``tunebook publish``: check a notebook and write it as a bundle that runs elsewhere."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from kit.apps import PublishSpec
from kit.apps.publish.check import look_at
from kit.apps.publish.finding import Finding
from kit.i18n import _
from kit.jobs import run_here


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "publish", parents=[common], help=_("check a notebook and write a bundle with its Dockerfile")
    )
    parser.add_argument("notebook", metavar=_("NOTEBOOK"), help=_("a file that ends with .ipynb"))
    parser.add_argument("--folder", default=".", help=_("where the folder of the bundle goes (here)"))
    parser.add_argument("--name", default="", help=_("what that folder is called (made from the notebook's name)"))
    parser.set_defaults(do=_publish)


def _publish(options: argparse.Namespace) -> int:
    spec = PublishSpec(
        notebook=os.path.abspath(options.notebook), folder=os.path.abspath(options.folder), name=options.name
    )
    spec.look_ahead()
    errors = look_at(Path(spec.notebook)).errors
    if errors:  # told all at once, before a run begins
        _tell(errors)
        return 1
    run = run_here(spec)
    facts = run.result.facts
    _tell([Finding(**finding) for finding in facts["findings"]])
    print(facts["bundle"])
    return 0


def _tell(findings: list[Finding]) -> None:
    for finding in findings:
        print(f"{finding} {finding.fix}", file=sys.stderr)
