"""How one value of a spec is checked against its type and the rules of its `param`."""

from __future__ import annotations

import dataclasses
import math
import os
import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

from kit.errors import ParameterError, nearest
from kit.i18n import _


def plain(value: Any) -> Any:
    """Return `value` as a spec may hold it: lists as tuples, paths as text, numpy scalars as Python numbers.

    An object that stands for a plain value (a run, a dataset, a panel) says which by a method `as_spec_value()`.
    """
    if hasattr(value, "as_spec_value"):
        return plain(value.as_spec_value())
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, list | tuple):
        return tuple(plain(item) for item in value)
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        return value.item()
    return value


def checked(name: str, value: Any, hint: Any, rules: Mapping[str, Any]) -> Any:
    """Return `value` when it is allowed for the field `name` (a whole number becomes a float where one is wanted).

    Raises
    ------
    ParameterError
        With the parameter, the value and what is allowed.
    """
    if get_origin(hint) in (Union, types.UnionType):
        options = get_args(hint)
        if value is None and type(None) in options:
            return None
        hint = next(option for option in options if option is not type(None))
    if get_origin(hint) is tuple:
        item_hint = get_args(hint)[0]
        if not isinstance(value, tuple):
            raise ParameterError(name, value, allowed=_("a list of {kind}").format(kind=_kind(item_hint, rules)))
        if not value and not rules.get("empty", True):
            raise ParameterError(name, value, allowed=_("a list with at least one entry"))
        return tuple(checked(f"{name}[{i}]", item, item_hint, rules) for i, item in enumerate(value))
    if hint is float and type(value) is int:
        value = float(value)
    if hint is Any:
        return value
    is_spec = isinstance(hint, type) and dataclasses.is_dataclass(hint)
    if type(value) is not hint and not (is_spec and isinstance(value, hint)):
        example = getattr(hint, "made_by", "")
        fix = _("Make one with {example}.").format(example=example) if example else ""
        raise ParameterError(name, value, allowed=_kind(hint, rules), fix=fix)
    _check_rules(name, value, hint, rules)
    return value


def _check_rules(name: str, value: Any, hint: Any, rules: Mapping[str, Any]) -> None:
    choices = rules.get("choices")
    if choices is not None and value not in choices:
        near = nearest(str(value), [str(choice) for choice in choices])
        fix = _("Did you mean {near!r}?").format(near=near) if near else ""
        raise ParameterError(name, value, allowed=_kind(hint, rules), fix=fix)
    if hint is str and not rules.get("empty", True) and not value.strip():
        raise ParameterError(name, value, allowed=_("text that is not empty"))
    if hint in (int, float):
        low, high, above = rules.get("low"), rules.get("high"), rules.get("above")
        inside = (
            math.isfinite(value)
            and (low is None or value >= low)
            and (high is None or value <= high)
            and (above is None or value > above)
        )
        if not inside:
            raise ParameterError(name, value, allowed=_kind(hint, rules))


def _kind(hint: Any, rules: Mapping[str, Any]) -> str:
    if rules.get("choices") is not None:
        return _("one of ") + ", ".join(repr(choice) for choice in rules["choices"])
    names = {int: _("a whole number"), float: _("a number"), str: _("text"), bool: _("True or False")}
    text = names.get(hint) or _("a {kind}").format(kind=getattr(hint, "__name__", str(hint)))
    if hint in (int, float):
        text += _range(rules)
    return text


def _range(rules: Mapping[str, Any]) -> str:
    low, high, above = rules.get("low"), rules.get("high"), rules.get("above")
    if low is not None and high is not None:
        return _(" from {low} to {high}").format(low=low, high=high)
    if above is not None and high is not None:
        return _(" above {above}, at most {high}").format(above=above, high=high)
    if low is not None:
        return _(", at least {low}").format(low=low)
    if above is not None:
        return _(" above {above}").format(above=above)
    return _(", at most {high}").format(high=high) if high is not None else ""
