"""What a spec is: a frozen dataclass of plain values that says what to do.

A spec is checked when it is made (`_check.py` reads the rules from the fields), goes to and from JSON and YAML without
loss, and names by import path the function that carries it out. So whoever runs specs needs no list of them::

    @dataclass(frozen=True, kw_only=True)
    class TuneSpec(Spec):
        carried_out_by = "kit.tuning.tune:tune"
        rank: int = param(16, low=1, high=1024, label=N_("Rank"), help=N_("Size of the adapter."))

Each field is described once, in its `param`; panels, documentation and messages read that description.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import os
import re
import textwrap
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

import yaml

from kit._arguments import NamedArguments, missing, unknown_name
from kit._check import checked, plain
from kit._param import param
from kit.changes import Change, advise_upgrade, brought_up, moved
from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.report import Report
from kit.result import Result
from kit.spec_file import read_values
from kit.version import version

__all__ = ["Needs", "Spec", "carry_out", "check_work", "load_spec", "needs_of", "param", "resolve"]

_IMPORT_PATH = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


@dataclasses.dataclass(frozen=True)
class Needs:
    """What carrying out a spec takes, by which runs are put in a queue.

    Parameters
    ----------
    devices : tuple of str, default ()
        Such as "cpu" or "cuda:0"; none: the work needs no turn (a download).
    memory_bytes : int, optional
        Main memory at its peak, estimated; None where nobody can know.
    gpu_bytes : int, optional
        Memory of one GPU at its peak, estimated, where `devices` names GPUs.
    why : str, default ""
        What takes the most of it, in a sentence with numbers.
    """

    devices: tuple[str, ...] = ()
    memory_bytes: int | None = None
    gpu_bytes: int | None = dataclasses.field(default=None, compare=False)
    why: str = dataclasses.field(default="", compare=False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spec(metaclass=NamedArguments):
    """The base of every spec.

    Raises
    ------
    ParameterError
        A value has the wrong type, lies outside its range or is not one of its choices.
    """

    carried_out_by: ClassVar[str] = ""
    preload: ClassVar[tuple[str, ...]] = ()  # modules that such work mostly needs; `libraries` tells those of one
    changes: ClassVar[tuple[Change, ...]] = ()  # since earlier versions, oldest first
    made_by: ClassVar[str] = ""  # how a person makes one, for whoever gave something else
    spreads: ClassVar[bool] = False  # over the workers of a scheduler; other work is carried out whole by one of them

    def __post_init__(self) -> None:
        hints = _hints(type(self))
        for field in dataclasses.fields(self):
            value = plain(getattr(self, field.name))
            # A frozen dataclass is still being made here: lists become tuples and a run becomes its name.
            object.__setattr__(self, field.name, checked(field.name, value, hints[field.name], field.metadata))
        self.check()

    def check(self) -> None:
        """Check what no single field can tell; subclasses override."""

    def look_ahead(self) -> None:
        """Check against the world (names, files) what light code can; done before the libraries of the work load."""

    def needs(self) -> Needs:
        """Return what the work takes, by light code; asked before its libraries load."""
        return Needs()

    def lighter(self) -> Iterator[tuple[Self, str]]:
        """Yield changed copies that take less memory, that of least harm first, each with the argument to change."""
        yield from ()

    def check_room(self, needs: Needs) -> str:
        """Raise where this machine can never give what the work needs; return a warning where it is tight, else "".

        Asked before anything loads; who insists on beginning is not asked.

        Raises
        ------
        NoRoomError
            With what it needs, what there is, why, and the nearest change.
        """
        return ""

    def libraries(self) -> tuple[str, ...]:
        """Return the modules worth having ready before this work begins; subclasses leave out what it does not need."""
        return self.preload

    @classmethod
    def path(cls) -> str:
        """Return the import path of this class, as it stands in files."""
        return f"{cls.__module__}:{cls.__qualname__}"

    @property
    def key(self) -> str:
        """Twelve hex digits that are equal exactly when two specs are, whatever version wrote them."""
        text = json.dumps(_values_of(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def replace(self, **changes: Any) -> Self:
        """Return a copy with `changes`, checked anew."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as plain values, its class under "spec" and the version that wrote it under "version"."""
        values = _values_of(self)
        return {"spec": values.pop("spec"), "version": version(), **values}

    def to_json(self) -> str:
        """Return the spec as JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def to_yaml(self) -> str:
        """Return the spec as YAML."""
        return yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Make a spec from what `to_dict` returned, by this version or an earlier one.

        What has changed since is brought up to date by `changes`, and a `KitWarning` tells it.

        Raises
        ------
        ParameterError
            An unknown key (the nearest known one is named), or a value that is not allowed.
        """
        written = values.get("version")
        written = None if written is None else str(written)  # YAML takes 0.3 for a number
        try:
            return cls._read(values, written)
        except KitError as exc:
            advise_upgrade(exc, written)
            raise

    @classmethod
    def _read(cls, values: dict[str, Any], written: str | None) -> Self:
        values = {name: value for name, value in values.items() if name != "version"}
        found = _class_of(values.pop("spec", cls.path()))
        if not issubclass(found, cls):
            raise ParameterError("spec", found.path(), allowed=cls.path())
        known = [field.name for field in dataclasses.fields(found)]
        values = brought_up(values, found.changes, known=known, written=written)
        for name in values:
            if name not in known:
                raise unknown_name(name, values[name], known)
        lacking = [f.name for f in dataclasses.fields(found) if _required(f) and f.name not in values]
        if lacking:
            raise missing(found.__name__, lacking[0])
        hints = _hints(found)
        return found(**{name: _from_plain(value, hints[name], written) for name, value in values.items()})

    def code(self, module: str = "kit") -> str:
        """Return Python that makes this spec, holding only what differs from the defaults."""
        arguments = []
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if _required(field) or value != field.default:
                arguments.append(f"{field.name}={_code(value, module)}")
        one_line = f"{module}.{type(self).__name__}({', '.join(arguments)})"
        if len(one_line) <= 88 and "\n" not in one_line:
            return one_line
        body = textwrap.indent("".join(f"{argument},\n" for argument in arguments), "    ")
        return f"{module}.{type(self).__name__}(\n{body})"


def load_spec(source: str | Path | dict[str, Any]) -> Spec:
    """Make the spec that a dict, a JSON file or a YAML file describes."""
    return Spec.from_dict(source if isinstance(source, dict) else read_values(source))


def carry_out(spec: Spec, report: Report) -> Result:
    """Do what `spec` says, here and now, and return the result."""
    check_work(spec)
    if report.on and not spec.spreads:
        return _carry_out_elsewhere(spec, report)
    spec.look_ahead()
    if report.on:
        return _work_of(spec)(spec, report)
    needs = needs_of(spec)
    warning = "" if report.insists else spec.check_room(needs)
    if warning:
        report.message(warning)
    report.take_turn(needs.devices, needs.memory_bytes)
    return _work_of(spec)(spec, report)


def _work_of(spec: Spec) -> Callable[[Spec, Report], Result]:
    work: Callable[[Spec, Report], Result] = resolve(spec.carried_out_by)
    return work


def _carry_out_elsewhere(spec: Spec, report: Report) -> Result:
    """Let one worker of the scheduler carry `spec` out: names, files and room are those of its machine."""
    from kit.runners import runner_of  # it needs this module

    with runner_of(report) as runner:
        return runner.carry_out("kit.isolated:carry_out_isolated", spec, report)


def needs_of(spec: Spec) -> Needs:
    """Return what carrying `spec` out takes, nothing where that cannot be told."""
    try:
        return spec.needs()
    except Exception:  # an estimate that fails must not keep the work from being done, or from saying what is wrong
        return Needs()


def check_work(spec: Any) -> None:
    """Raise unless `spec` is one that can be carried out.

    Raises
    ------
    ParameterError
        It is no spec.
    KitError
        It describes something that other specs use.
    """
    if not isinstance(spec, Spec):
        named = isinstance(spec, str | os.PathLike)
        fix = _("Read the file first, with kit.load_spec(…).") if named else ""
        raise ParameterError("spec", spec, allowed=_("a spec, such as kit.TuneSpec(…)"), fix=fix)
    if not spec.carried_out_by:
        raise KitError(
            _("{spec} describes something and is no work of its own.").format(spec=type(spec).__name__),
            fix=_("Give it to the spec that uses it."),
        )


def resolve(path: str) -> Any:
    """Return the object that "package.module:name" names."""
    if not _IMPORT_PATH.fullmatch(path):
        raise ParameterError("path", path, allowed="'package.module:name'")
    module, name = path.split(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as exc:
        raise KitError(
            _("{path} cannot be imported: {exc}.").format(path=path, exc=exc),
            fix=_("Check that the package is installed in the version that wrote this."),
        ) from exc


def _class_of(path: Any) -> type[Spec]:
    if not isinstance(path, str) or not _IMPORT_PATH.fullmatch(path):
        fix = _("Write it as spec.to_yaml() does, such as kit.tuning.spec:TuneSpec.")
        raise ParameterError("spec", path, allowed="'package.module:Class'", fix=fix)
    found = resolve(moved(path))
    if not (isinstance(found, type) and issubclass(found, Spec)):
        raise ParameterError("spec", path, allowed=_("the import path of a Spec"))
    return found


def _hints(cls: Any) -> dict[str, Any]:
    return get_type_hints(cls)


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING


def _values_of(spec: Spec) -> dict[str, Any]:
    fields = dataclasses.fields(spec)
    return {"spec": spec.path(), **{field.name: _to_plain(getattr(spec, field.name)) for field in fields}}


def _to_plain(value: Any) -> Any:
    if isinstance(value, Spec):
        return _values_of(value)
    if isinstance(value, tuple):
        return [_to_plain(item) for item in value]
    return value


def _from_plain(value: Any, hint: Any, written: str | None) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(option for option in get_args(hint) if option is not type(None))
    if isinstance(value, dict) and "spec" in value:
        return Spec._read(value, written)
    if isinstance(value, dict) and isinstance(hint, type) and issubclass(hint, Spec):
        return hint._read(value, written)
    if isinstance(value, list):
        item_hint = get_args(hint)[0] if get_origin(hint) is tuple else None
        return tuple(_from_plain(item, item_hint, written) for item in value)
    return value


def _code(value: Any, module: str) -> str:
    if isinstance(value, Spec):
        return value.code(module)
    if isinstance(value, tuple) and any(isinstance(item, Spec) for item in value):
        body = "".join(f"{_code(item, module)},\n" for item in value)
        return f"(\n{textwrap.indent(body, '    ')})"
    return repr(value)
