"""One JSON value: quick where all is well, and what is wrong with it otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from kit.data.record import Problem
from kit.data.table import shown
from kit.i18n import _

# Reads the value that begins at a place of a text, and says where it ends; what `raw_decode` itself calls.
scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_ENDS = frozenset(("", "\n", "\r\n", "\r"))


class _Twice(ValueError):
    """An object has one key twice."""


def row_in(line: str) -> dict[str, Any] | Problem:
    """Return the object that `line` holds, or what is wrong with it."""
    try:
        value, end = scan(line, 0)
        if line[end:] in _ENDS and _in_line(line, value):
            return object_of(value)
    except (StopIteration, ValueError, RecursionError):
        pass  # told by the slow way below
    try:
        return object_of(_CAREFUL.decode(line.rstrip("\r\n")))  # an end would be a line of its own
    except (ValueError, RecursionError) as exc:
        return Problem(_("not valid JSON: {reason}.").format(reason=reason(exc)), fix=_fix(line))


def object_of(value: Any) -> dict[str, Any] | Problem:
    """Return `value`, which is to be a row, or what is wrong with it."""
    if isinstance(value, dict):
        return value
    return Problem(_("{value} is not an object.").format(value=shown(value)), fix=_fix(value))


def checked(text: str) -> None:
    """Raise where an object in `text`, which is valid JSON, has one key twice.

    Raises
    ------
    ValueError
        Naming the key.
    """
    _CAREFUL.decode(text)


def is_plain(text: str, value: Any) -> bool:
    """Is it sure that no object in `text`, which was read as `value`, has one key twice?

    A key is a quote, then a colon. Where there are no more of these than keys were read, none of them stands twice;
    what this cannot tell (a text with such signs in it, blanks before a colon) must be looked at the slow way.
    """
    return "\n:" not in text and "\r:" not in text and _in_line(text, value)


def reason(exc: Exception) -> str:
    """Return why something is not JSON, in words, with the place in the line."""
    if isinstance(exc, json.JSONDecodeError):
        return placed(exc.msg, exc.colno)
    if isinstance(exc, RecursionError):
        return _("nested too deeply")
    return str(exc) if isinstance(exc, _Twice) else _("a number has too many digits")


def placed(why: str, character: int) -> str:
    """Return a reason with its place in the line."""
    return _("{reason} at character {column}").format(reason=why.removesuffix(" at"), column=character)


def _in_line(text: str, value: Any) -> bool:
    return " :" not in text and "\t:" not in text and text.count('":') == _keys(value)


def _keys(value: Any) -> int:
    if isinstance(value, dict):
        count = len(value)
        for held in value.values():
            if held.__class__ is dict or held.__class__ is list:
                count += _keys(held)
        return count
    return sum(map(_keys, value)) if isinstance(value, list) else 0


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _value in pairs]
        raise _Twice(_("the key {key!r} stands twice").format(key=next(k for k in keys if keys.count(k) > 1)))
    return values


_CAREFUL = json.JSONDecoder(object_pairs_hook=_object)


def _fix(found: Any) -> str:
    if isinstance(found, list) or (isinstance(found, str) and found.lstrip()[:1] == "["):
        return _("A list of objects is read from a file named .json; a .jsonl file has one object a line.")
    return _('Each row must be one whole object, such as {"text": "…", "label": "…"}.')
