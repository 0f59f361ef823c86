"""Read the file that a spec was written to, JSON or YAML, and say what is wrong with one that cannot be read."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import yaml

from kit.errors import ParameterError
from kit.i18n import _


def read_values(source: str | Path) -> dict[str, Any]:
    """Return what a JSON or YAML file says.

    Raises
    ------
    ParameterError
        It is no such file, or not a mapping that names the class of a spec under "spec".
    """
    if not isinstance(source, str | os.PathLike):
        raise ParameterError("spec", source, allowed=_("a JSON or YAML file, or what to_dict() returned"))
    written = _("Write one with spec.to_yaml(), or correct the name.")
    try:
        values = _parse(Path(source).read_text(encoding="utf-8"))
    except UnicodeDecodeError as exc:
        allowed = _("valid JSON or YAML in UTF-8 ({reason})").format(reason=exc)
        raise ParameterError("spec", str(source), allowed=allowed, fix=written) from exc
    except (OSError, ValueError) as exc:  # ValueError: a name that no file has
        allowed = _("a file that can be read ({reason})").format(reason=getattr(exc, "strerror", None) or exc)
        raise ParameterError("spec", str(source), allowed=allowed, fix=written) from exc
    except yaml.YAMLError as exc:
        allowed = _("valid JSON or YAML ({where})").format(where=_where(exc))
        fix = _("Correct the file there, or write it anew with spec.to_yaml().")
        raise ParameterError("spec", str(source), allowed=allowed, fix=fix) from exc
    if not isinstance(values, dict) or "spec" not in values:
        fix = _("Add it as the first line, such as spec: kit.tuning.spec:TuneSpec; spec.to_yaml() writes it.")
        raise ParameterError("spec", str(source), allowed=_("a mapping with the key 'spec'"), fix=fix)
    return values


class _Loader(yaml.SafeLoader):
    """Reads YAML 1.1, but 1e-4 as the number that everybody means and not as text."""


_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), None)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return yaml.load(text, Loader=_Loader)


def _where(exc: yaml.YAMLError) -> str:
    """Return in one line what is wrong with a file and where."""
    mark = getattr(exc, "problem_mark", None)
    words = getattr(exc, "problem", None) or str(exc).splitlines()[0]
    return _("line {line}: {problem}").format(line=mark.line + 1, problem=words) if mark else str(words)
