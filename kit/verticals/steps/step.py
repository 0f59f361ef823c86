"""What makes a function a step: where something is missing in an app, it says so in place of failing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from kit.errors import KitError
from kit.i18n import _
from kit.verticals.steps.report import Report

P = ParamSpec("P")
R = TypeVar("R")


class NotYet(KitError):
    """Something was asked for that has not been measured here, where nothing may be started."""

    def __init__(self, what: str = "") -> None:
        problem = _("Not measured here yet: the owner runs this notebook once.")
        super().__init__(f"{what}: {problem}" if what else problem)


def step(title: str) -> Callable[[Callable[P, R]], Callable[P, R | Report]]:
    """Return a decorator that shows `NotYet` as a `Report`.

    Parameters
    ----------
    title : str
        Of the report, marked for translation.
    """

    def decorated(function: Callable[P, R]) -> Callable[P, R | Report]:
        @functools.wraps(function)
        def shown(*args: P.args, **kwargs: P.kwargs) -> R | Report:
            try:
                return function(*args, **kwargs)
            except NotYet as exc:
                return missing(_(title), exc)

        return shown

    return decorated


def missing(title: str, exc: NotYet | None = None, **more: Any) -> Report:
    """Return what stands where a step has nothing to show yet."""
    return Report(title=title, sentence=(exc or NotYet()).problem, missing=True, **more)
