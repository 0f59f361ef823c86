"""``tunebook app``: serve a notebook as an app."""

from __future__ import annotations

import argparse
from typing import Any

from kit.apps.serve import PORT, serve
from kit.apps.settings import THEMES
from kit.i18n import _


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("app", parents=[common], help=_("serve a notebook with Voila, without its code"))
    parser.add_argument("notebook", metavar=_("NOTEBOOK"), help=_("a file that ends with .ipynb"))
    parser.add_argument("--ip", default="127.0.0.1", help=_("where to listen (127.0.0.1: this machine only)"))
    parser.add_argument("--port", type=int, default=PORT, help=_("0 for any free one ({port})").format(port=PORT))
    parser.add_argument("--token", help=_("what visitors must know (made up when left out)"))
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
    parser.set_defaults(do=_app)


def _app(options: argparse.Namespace) -> int:
    return serve(
        options.notebook,
        browser=not options.no_browser,
        tell=_tell,
        ip=options.ip,
        port=options.port,
        token=options.token,
        theme=options.theme,
        cull_after_s=options.cull_after,
        cull_every_s=options.cull_every,
    )


def _tell(text: str) -> None:
    print(text, flush=True)  # a program that starts us reads the address from a pipe
