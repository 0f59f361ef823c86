"""What Python would call a TypeError, told as every error here: the misspelled name, and the nearest that exists."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from kit.errors import ParameterError, nearest
from kit.i18n import _

P = ParamSpec("P")
R = TypeVar("R")


def named_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function`, refusing arguments that it does not have and the lack of those that it needs.

    Raises
    ------
    ParameterError
        Naming the argument, what there is, and the nearest name.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        check_arguments(function.__qualname__.removesuffix(".__init__"), signature, args, kwargs)
        return function(*args, **kwargs)

    return checked


class NamedArguments(type):
    """The type of classes that refuse, when they are called, arguments that they do not have."""

    def __call__(cls, *args: Any, **values: Any) -> Any:
        check_arguments(cls.__name__, cls.__signature__, args, values)
        return super().__call__(*args, **values)

    @property
    def __signature__(cls) -> inspect.Signature:  # what notebooks show on Shift+Tab; without it, that of __call__
        _own, *fields = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
        return inspect.Signature(fields)


def check_arguments(name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Raise unless `name` can be called with these arguments.

    Parameters
    ----------
    name : str
        What is called, for messages.
    signature : inspect.Signature
        Of what is called, without "self".
    args, kwargs : tuple, mapping
        The arguments.

    Raises
    ------
    ParameterError
        An argument that does not exist, one too many, or one that is missing.
    """
    try:
        signature.bind(*args, **kwargs)
    except TypeError as exc:
        raise _told(name, signature, args, kwargs, str(exc)) from None


def unknown_name(name: Any, value: Any, known: list[str]) -> ParameterError:
    """Return the error for a parameter that does not exist, with the nearest that does."""
    names = sorted(set(known) - {"self"})
    near = nearest(str(name), names)
    fix = _("Did you mean {near!r}?").format(near=near) if near else _("Leave it out, or choose one of these names.")
    allowed = _("one of the known parameters ({names})").format(names=", ".join(names))
    return ParameterError(str(name), value, allowed=allowed, fix=fix)


def _told(name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any], why: str) -> Any:
    places = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    for given, value in kwargs.items():
        if given not in signature.parameters and len(places) == len(signature.parameters):
            return unknown_name(given, value, [place.name for place in places])
    by_place = [place.name for place in places if place.kind is place.POSITIONAL_OR_KEYWORD]
    if len(args) > len(by_place):
        example = next((place.name for place in places if place.name not in by_place), "")
        allowed = _("given by name, such as {what}({name}=…)").format(what=name, name=example or by_place[0])
        return ParameterError(_("argument {n}").format(n=len(by_place) + 1), args[len(by_place)], allowed=allowed)
    for place in places[len(args) :]:
        if place.default is place.empty and place.name not in kwargs:
            return missing(name, place.name)
    return ParameterError(_("the arguments of {what}").format(what=name), why, allowed=_("each given once"))


def missing(what: str, parameter: str) -> ParameterError:
    """Return the error for a parameter that must be given and was not."""
    allowed = _("given: {spec} has no default for it").format(spec=what)
    return ParameterError(parameter, None, allowed=allowed, fix=_("Add {name}=….").format(name=parameter))
