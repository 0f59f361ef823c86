"""What can be typed, and how an error looks to who typed it."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence

from kit.cli import app, bench, check, doctor, export, models, publish, recommend, runs, serve, start
from kit.errors import KitError
from kit.i18n import _
from kit.version import version

OK, TROUBLE, INTERRUPTED = 0, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Left out, those of this process.

    Returns
    -------
    int
        0 done; 1 the work failed; 2 it could not be begun; 130 interrupted.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if not hasattr(options, "do"):
            parser.print_help()
            return OK
        return int(options.do(options))
    except KitError as exc:
        if hasattr(options, "debug"):
            traceback.print_exc()
        print(f"tunebook: {exc.problem}", file=sys.stderr)
        if exc.fix:
            print(exc.fix, file=sys.stderr)
        return TROUBLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # as in `tunebook runs | head -1`; nothing must be flushed to the pipe at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=_("show where errors arise"))
    parser = argparse.ArgumentParser(
        prog="tunebook",
        description=_("Choose, tune, squeeze, compare and publish open language models."),
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"tunebook {version()}")
    commands = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"))
    for module in (models, recommend, check, start, runs, bench, export, app, serve, publish, doctor):
        module.add(commands, common)
    return parser
