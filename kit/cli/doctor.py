"""``tunebook doctor``: what this machine is and whether everything is in place."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from kit.i18n import _
from kit.jobs.terminal import table
from kit.machine import memory_free_mib, this_machine
from kit.machine.live import disk
from kit.machine.packages import needs, problems
from kit.place import cache, home
from kit.version import version


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
        print(_("{what}: {folder} ({gb:.0f} GB free)").format(what=what, folder=folder, gb=disk(folder)[0] / 1e9))
    print()
    print(table([(need.name, need.found or _("missing"), need.wanted) for need in needs()]))
    wrong = problems()
    for problem in wrong:
        print(problem, file=sys.stderr)
    return 1 if wrong else 0
