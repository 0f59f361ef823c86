"""``tunebook app``: serve notebooks as apps."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from typing import Any

from kit.apps.serve import PORT, serve
from kit.apps.settings import THEMES
from kit.errors import KitError
from kit.i18n import _

PASSWORD = "TUNEBOOK_APP_PASSWORD"


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("app", parents=[common], help=_("serve notebooks with Voila, without their code"))
    parser.add_argument(
        "notebooks",
        nargs="*",
        metavar=_("NOTEBOOK|FOLDER"),
        help=_("one notebook, or several and folders of them behind a gallery (left out: those that come along)"),
    )
    parser.add_argument("--ip", default="127.0.0.1", help=_("where to listen (127.0.0.1: this machine only)"))
    parser.add_argument("--port", type=int, default=PORT, help=_("0 for any free one ({port})").format(port=PORT))
    parser.add_argument("--token", help=_("what visitors must know (made up when left out)"))
    parser.add_argument(
        "--password",
        action="store_true",
        help=_("let visitors in by a password, asked for here or taken from {name}").format(name=PASSWORD),
    )
    parser.add_argument(
        "--visitors",
        type=int,
        metavar=_("N"),
        help=_("how many at once; who comes then waits (what half of the free memory holds)"),
    )
    parser.add_argument(
        "--allow-start",
        "--owner",
        action="store_true",
        help=_("let visitors start, change and delete runs; without it they look and ask"),
    )
    parser.add_argument("--theme", choices=THEMES, default="light", help=_("the look of the page (light)"))
    parser.add_argument("--no-browser", action="store_true", help=_("open no browser"))
    parser.add_argument(
        "--cull-after",
        type=int,
        default=600,
        metavar=_("SECONDS"),
        help=_("end the kernel of a closed page when it was idle so long (600)"),
    )
    parser.add_argument(
        "--cull-every", type=int, default=60, metavar=_("SECONDS"), help=_("how often idle kernels are looked for (60)")
    )
    parser.add_argument(
        "--preheat",
        type=int,
        default=0,
        metavar=_("N"),
        help=_("keep so many kernels of each notebook ready for the next visitors (0)"),
    )
    parser.set_defaults(do=_app)


def _app(options: argparse.Namespace) -> int:
    return serve(
        options.notebooks,
        browser=not options.no_browser,
        tell=_tell,
        ip=options.ip,
        port=options.port,
        token=options.token,
        password=_password() if options.password else None,
        visitors=options.visitors,
        allow_start=options.allow_start,
        theme=options.theme,
        cull_after_s=options.cull_after,
        cull_every_s=options.cull_every,
        preheat=options.preheat,
    )


def _password() -> str:
    """Return the password: never an argument, since every user of the machine can read those."""
    given = os.environ.pop(PASSWORD, "")  # no kernel shall inherit it
    if given:
        return given
    if not sys.stdin.isatty():
        raise KitError(
            _("There is nobody to ask for the password."),
            fix=_("Put it into the variable {name}.").format(name=PASSWORD),
        )
    first = getpass.getpass(_("Password for visitors: "))
    if first != getpass.getpass(_("The same again: ")):
        raise KitError(_("The two passwords differ."), fix=_("Try again."))
    return first


def _tell(text: str) -> None:
    print(text, flush=True)  # a program that starts us reads the address from a pipe
