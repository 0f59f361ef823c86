"""The body of a request: a small JSON object that holds what is expected and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from kit._arguments import unknown_name
from kit.errors import ParameterError
from kit.i18n import _
from kit.lab.refusal import Refused

LARGEST = 64 * 1024  # bytes
_LONGEST = 4096  # characters of a text
_MANY = 1000  # texts in a list

Kind = Literal["text", "text?", "texts", "flag?"]


def read_body(raw: bytes, fields: Mapping[str, Kind]) -> dict[str, Any]:
    """Return the values of a JSON object.

    Parameters
    ----------
    raw : bytes
        The body as it came.
    fields : mapping of str to {"text", "text?", "texts", "flag?"}
        What it may hold; with a question mark it may be left out, and is "" or False then.

    Raises
    ------
    Refused
        It is no JSON object.
    ParameterError
        A key is unknown or missing, or a value of another type or too long.
    """
    values = _object(raw)
    for name in values:
        if name not in fields:
            raise unknown_name(name, values[name], list(fields))
    return {name: _value(name, values, kind) for name, kind in fields.items()}


def text(name: str, value: Any) -> str:
    """Return `value` when it is text that a file system and a terminal can take."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ParameterError(name, value, allowed=_("text of at most {n} characters").format(n=_LONGEST))
    if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ParameterError(name, value, allowed=_("text without NUL and half characters"))
    return value


def _object(raw: bytes) -> dict[str, Any]:
    fix = _('Send an object, such as {"folder": ""}.')
    try:
        values = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as exc:
        raise Refused(400, _("The body is not JSON: {reason}.").format(reason=str(exc)[:100]), fix=fix) from exc
    if not isinstance(values, dict):
        raise Refused(400, _("The body is JSON, but not an object."), fix=fix)
    return values


def _refuse_constant(name: str) -> Any:
    raise ValueError(_("{name} is no JSON").format(name=name))


def _value(name: str, values: Mapping[str, Any], kind: Kind) -> Any:
    if name not in values:
        if kind.endswith("?"):
            return False if kind == "flag?" else ""
        raise ParameterError(name, None, allowed=_("given"))
    value = values[name]
    if kind == "flag?":
        if not isinstance(value, bool):
            raise ParameterError(name, value, allowed=_("true or false"))
        return value
    if kind == "texts":
        if not isinstance(value, list) or len(value) > _MANY:
            raise ParameterError(name, value, allowed=_("a list of at most {n} texts").format(n=_MANY))
        return [text(f"{name}[{place}]", item) for place, item in enumerate(value)]
    return text(name, value)
