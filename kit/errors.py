"""The error tree.

- KitError: the root. Carries `fix`, the next step in words.
    - ParameterError (also ValueError): a spec or a call was given a value that is not allowed
    - UnknownNameError (also LookupError): a name that nothing answers to, with the nearest known ones
    - DataError (also ValueError): rows that cannot be used; carries `row` and `field`
    - ModelNotFoundError (also LookupError): a model that is neither here nor to be had
    - MissingPackageError (also ImportError): an optional package is not installed
    - UnsupportedError: a combination that cannot run on this machine
        - NoRoomError: it needs more memory than this machine has
    - ServerError (also ConnectionError): a server was not reached, refused or broke off; carries `url` and `status`
    - ReadOnlyError (also PermissionError): a visitor of an app asked for what only its owner may do
    - RunNotFoundError (also LookupError): no run has that id
    - RunFailedError (also RuntimeError): the result of a run that has none was asked for
- KitWarning (a UserWarning): something was read or done otherwise than it was written
- Stopped (not an error): raised inside work when somebody asked it to stop

Every message has four parts: which parameter, the value, what is allowed, what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from kit.i18n import _
from kit.lack import Lack, not_installed

_NAMES_SHOWN = 40  # of what is known; more are a wall that hides the nearest


class KitError(Exception):
    """The root of every error that Tunebook raises on purpose.

    Parameters
    ----------
    problem : str
        What is wrong, with the value that is wrong.
    fix : str, default ""
        What to do next, as a sentence.
    """

    def __init__(self, problem: str, *, fix: str = "") -> None:
        self.problem = problem
        self.fix = fix
        super().__init__(f"{problem} {fix}".strip())

    def advise(self, fix: str) -> None:
        """Put another next step in the place of the one there is."""
        self.fix = fix
        self.args = (f"{self.problem} {fix}".strip(),)


class KitWarning(UserWarning):
    """Something was read or done otherwise than it was written; the message tells how and why."""


class ParameterError(KitError, ValueError):
    """A parameter has a value that is not allowed."""

    def __init__(self, parameter: str, value: Any, *, allowed: str, fix: str = "") -> None:
        self.parameter = parameter
        self.value = value
        self.allowed = allowed
        shown = repr(value)
        if len(shown) > 200:
            shown = shown[:200] + "…"
        problem = _("{parameter}={value} is not allowed: it must be {allowed}.").format(
            parameter=parameter, value=shown, allowed=allowed
        )
        super().__init__(problem, fix=fix or _("Change {parameter} and try again.").format(parameter=parameter))


class UnknownNameError(KitError, LookupError):
    """A name that nothing answers to."""

    def __init__(self, parameter: str, value: Any, known: Iterable[str], *, fix: str = "") -> None:
        names = sorted(known)
        near = nearest(str(value), names)
        self.parameter, self.value, self.known, self.near = parameter, value, tuple(names), near
        problem = _("{parameter}={value!r} is not known. Known: {known}.").format(
            parameter=parameter, value=value, known=_some(str(value), names) or _("none")
        )
        hint = _("Did you mean {near!r}?").format(near=near) if near else _("Choose one of these.")
        super().__init__(problem, fix=fix or hint)

    def __str__(self) -> str:  # LookupError's KeyError cousin would quote the message
        return f"{self.problem} {self.fix}".strip()


class DataError(KitError, ValueError):
    """Rows that cannot be used.

    Parameters
    ----------
    problem, fix : str
        As in `KitError`.
    row : int, optional
        The line of a file, counted from 1, or the position in a frame, counted from 0.
    field : str, optional
        The column.
    """

    def __init__(self, problem: str, *, fix: str = "", row: int | None = None, field: str | None = None) -> None:
        self.row, self.field = row, field
        super().__init__(problem, fix=fix)


class ModelNotFoundError(KitError, LookupError):
    """A model that is neither on this machine nor to be had from here."""


class MissingPackageError(KitError, ImportError):
    """A package is not installed, or in a version that does not fit.

    Parameters
    ----------
    package : str
        As pip calls it.
    needed_for : str
        What cannot be done without it.
    extra : str, optional
        Of Tunebook, which brings it.
    lack : Lack, optional
        What exactly is wrong; left out, that it is not installed.
    """

    def __init__(self, package: str, *, needed_for: str, extra: str | None = None, lack: Lack | None = None) -> None:
        self.package = package
        self.lack = lack or not_installed(package, extra=extra)
        problem = _("{what} needs a package: {reason}.").format(what=needed_for, reason=self.lack.reason)
        super().__init__(problem, fix=self.lack.fix)


class UnsupportedError(KitError):
    """A combination that cannot run on this machine, with the reason and what would make it run."""


class NoRoomError(UnsupportedError):
    """Work that needs more memory than this machine has, by the estimate; told before anything loads."""


class ServerError(KitError, ConnectionError):
    """A server that runs a model could not be reached, refused a request, or broke its answer off.

    Parameters
    ----------
    problem, fix : str
        As in `KitError`.
    url : str
        What was asked.
    status : int, optional
        Of the HTTP answer, where there was one.
    """

    def __init__(self, problem: str, *, url: str, fix: str = "", status: int | None = None) -> None:
        self.url, self.status = url, status
        super().__init__(problem, fix=fix)


class ReadOnlyError(KitError, PermissionError):
    """A visitor of an app asked for what only its owner may do."""


class RunNotFoundError(KitError, LookupError):
    """No run has that id."""


class RunFailedError(KitError, RuntimeError):
    """The result of a run that has none was asked for."""


class Stopped(Exception):
    """Raised inside work when somebody asked it to stop; what is done is kept.

    Parameters
    ----------
    result : Result, optional
        What there was by then, where the work could say.
    """

    def __init__(self, result: Any = None) -> None:
        self.result = result
        super().__init__()


def _some(word: str, names: list[str]) -> str:
    """Return `names` for a message: all of a few, of many those that look most like `word`."""
    if len(names) <= _NAMES_SHOWN:
        return ", ".join(names)
    alike = difflib.get_close_matches(word, names, n=8, cutoff=0.3) or names[:8]
    return _("{names} and {n} more").format(names=", ".join(alike), n=len(names) - len(alike))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the name in `known` that looks most like `word`, or None when nothing comes close."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None
