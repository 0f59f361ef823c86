"""``tunebook serve``: one copy of the weights for everybody, behind OpenAI's protocol."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
from typing import Any

from kit.errors import KitError
from kit.i18n import _
from kit.models import check_name
from kit.service import ServiceSpec, find, stop
from kit.service.engine import check_method, method_of
from kit.service.host import TOKEN, host
from kit.service.note import alone, note_place

# Options, and the parameters of the spec that they set and whose texts they show.
_OPTIONS = {
    "method": "method",
    "engine": "engine",
    "slots": "slots",
    "context": "context",
    "per-visitor": "per_visitor",
    "waiting": "waiting",
    "loaded": "loaded",
    "cache": "cache_mib",
    "idle": "idle_minutes",
    "threads": "threads",
}
_USUAL: dict[str, Any] = {"idle_minutes": 0.0}  # whoever sees it run ends it
_TYPES = {"str": str, "int": int, "float": float}


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "serve",
        parents=[common],
        help=_("serve models to everybody with the token, as OpenAI's protocol has it"),
        epilog=_("The token is made up, or taken from the environment variable {name}.").format(name=TOKEN),
    )
    fields = {field.name: field for field in dataclasses.fields(ServiceSpec)}
    parser.add_argument("models", nargs="*", metavar=_("MODEL"), help=_(fields["models"].metadata["help"]))
    parser.add_argument("--ip", default="127.0.0.1", help=_("where to listen (127.0.0.1: this machine only)"))
    parser.add_argument("--port", type=int, default=0, help=_("0 for any free one (0)"))
    for option, name in _OPTIONS.items():
        _add_option(parser, option, fields[name])
    parser.add_argument("--status", action="store_true", help=_("tell whether a service runs, and end"))
    parser.add_argument("--stop", action="store_true", help=_("end the service that runs, and its models"))
    parser.set_defaults(do=_serve)


def _add_option(parser: argparse.ArgumentParser, option: str, field: dataclasses.Field[Any]) -> None:
    said = field.metadata
    usual = _USUAL.get(field.name, field.default)
    unit = f" [{_(said['unit'])}]" if said["unit"] else ""
    default = f" ({usual})" if usual != "" else ""
    parser.add_argument(
        f"--{option}",
        dest=field.name,
        type=_TYPES[str(field.type)],
        default=usual,
        choices=said["choices"],
        metavar=None if said["choices"] else field.name.upper(),
        help=f"{_(said['label'])}: {_(said['help'])}{unit}{default}".replace("%", "%%"),
    )


def _serve(options: argparse.Namespace) -> int:
    if options.status:
        return _status()
    if options.stop:
        return _stop()
    spec = ServiceSpec(models=tuple(options.models), **{name: getattr(options, name) for name in _OPTIONS.values()})
    for name in spec.models:
        model, _at, method = name.partition("@")
        check_name(model)
        check_method(spec, model, method or method_of(spec))
    check_method(spec, "", method_of(spec))
    with contextlib.ExitStack() as stack:
        stack.enter_context(alone())  # until it is written down, nobody else starts one
        _nobody_serves()

        def tell(url: str, token: str) -> None:
            stack.close()
            _tell(spec, url, token)

        host(spec, ip=options.ip, port=options.port, load=spec.models[: spec.loaded], tell=tell)
    return 0


def _nobody_serves() -> None:
    found = find()
    if found is None:
        return
    if not found.ours:
        problem = _("The environment names another service: {url}.").format(url=found.url)
        raise KitError(problem, fix=_("Unset TUNEBOOK_SERVICE_URL to serve from this machine."))
    problem = _("A service runs already: {url} (process {pid}).").format(url=found.url, pid=found.pid)
    raise KitError(problem, fix=_("End it with tunebook serve --stop; each machine has one."))


def _tell(spec: ServiceSpec, url: str, token: str) -> None:
    """Say what is served where; the token only where no file keeps what is said."""
    names = ", ".join(spec.models) or _("every model that is here")
    print(_("Serving {names} at {url}").format(names=names, url=url), flush=True)
    if sys.stdout.isatty():
        print(_("Token: {token}").format(token=token), flush=True)
    else:
        print(_("The token is in {path}").format(path=note_place()), flush=True)
    print(_("Ctrl+C ends it."), flush=True)


def _status() -> int:
    found = find()
    about = found.about() if found is not None else None
    if found is None:
        print(_("No service runs."))
        return 1
    if not found.ours:
        print(_("The environment names another service: {url}.").format(url=found.url))
        return 0
    models = ", ".join((about or {}).get("models") or []) or _("no model yet")
    print(_("{url} (process {pid}) holds {models}.").format(url=found.url, pid=found.pid, models=models))
    print(_("The token is in {path}").format(path=note_place()))
    return 0


def _stop() -> int:
    if stop():
        print(_("The service has ended."))
        return 0
    print(_("No service runs."))
    return 1
