"""What a person sees and can do in a panel, without any widget: state, actions, what went wrong.

A desk works in a script as it does behind a page. `Desk.act` is the only way in; it never raises, since an error in a
callback is lost in a notebook: what went wrong stands in `problem` until the next action.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kit.errors import KitError, UnknownNameError
from kit.i18n import _
from kit.jobs import Run, Status, runs, start
from kit.spec import Spec

WIDTH = 600  # pixels, until the page has told its own


@dataclass(frozen=True)
class Problem:
    """What went wrong: a sentence, the next step and, for what nobody foresaw, the traceback."""

    message: str
    fix: str = ""
    detail: str = ""

    @classmethod
    def of(cls, exc: Exception) -> Problem:
        """Return what an error says to a person."""
        if isinstance(exc, KitError):
            return cls(exc.problem, exc.fix)
        said = f"{type(exc).__name__}: {exc}"
        return cls(said, _("This is a fault in Tunebook; the details tell where."), traceback.format_exc())


class Desk:
    """The base of every panel's state.

    Parameters
    ----------
    name : str
        The panel's name: runs that it starts carry it as their origin, by which it finds them again.
    """

    title = ""

    def __init__(self, name: str) -> None:
        self.name = name
        self.width = WIDTH
        self.problem: Problem | None = None
        self.run: Run | None = None
        self.status: Status | None = None
        self._listeners: list[Callable[[], None]] = []

    def act(self, action: str, value: Any = "", values: Mapping[str, Any] | None = None) -> None:
        """Do what a button or a field asks for.

        Parameters
        ----------
        action : str
            The name of a method without its "do_".
        value : optional
            Of the button or field.
        values : mapping, optional
            Every field of the panel by name, as it is on the page.
        """
        self.problem = None
        try:
            self._method(action)(value, dict(values or {}))
        except Exception as exc:
            self.problem = Problem.of(exc)
        for listener in list(self._listeners):
            listener()

    def _method(self, action: str) -> Callable[[Any, dict[str, Any]], None]:
        known = {name.removeprefix("do_") for name in dir(self) if name.startswith("do_")}
        if action not in known:
            raise UnknownNameError("action", action, known)
        method: Callable[[Any, dict[str, Any]], None] = getattr(self, f"do_{action}")
        return method

    def do_dismiss(self, value: Any, values: dict[str, Any]) -> None:
        """Put a problem away (every action does)."""

    def do_stop(self, value: Any, values: dict[str, Any]) -> None:
        """Ask the run to stop and keep what it has."""
        if self.run is not None:
            self.run.stop()
        self.look()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every action."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Call `listener` no more."""
        self._listeners = [other for other in self._listeners if other != listener]

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def busy(self) -> bool:
        """May something change without an action?"""
        return self.status is not None and not self.status.over

    def look(self) -> None:
        """Bring what is known of the run up to date."""
        if self.run is None:
            return
        try:
            self.status = self.run.status
        except (OSError, ValueError) as exc:
            self.problem = Problem(
                _("Run {id} cannot be read any more: {exc}.").format(id=self.run.id, exc=exc),
                _("Its folder was moved or deleted; start a new run."),
            )
            self.run = self.status = None

    def adopt(self, kind: type[Spec]) -> bool:
        """Take up the newest run of `kind` that this panel started, in whatever kernel; say whether there is one."""
        newest = newest_run(self.name, kind)
        if newest is None or newest == self.run:
            return False
        self.run = newest
        self.look()
        return self.run is not None

    def begin(self, spec: Spec) -> None:
        """Start a run of `spec` in this panel's name."""
        self.run = start(spec, origin=self.name)
        self.look()

    def renew(self) -> bool:
        """Take up a newer run that was started in this panel's name, wherever; say whether there is one."""
        return False

    def spec(self) -> Spec:
        """Return what the panel would start now.

        Raises
        ------
        KitError
            A setting is not allowed.
        """
        raise NotImplementedError

    def code(self) -> str:
        """Return Python that does the same as the panel, or why there is none."""
        try:
            return f"import kit\n\nrun = kit.start({self.spec().code()})"
        except KitError as exc:
            return "".join(f"# {line}\n" for line in str(exc).splitlines())

    def hint(self) -> str:
        """Return why the value that this panel stands for may still change, or ""."""
        return ""


def newest_run(origin: str, kind: type[Spec]) -> Run | None:
    """Return the newest run of `kind` with that origin, or None; runs whose spec cannot be read are passed over."""
    for run in runs(origin=origin):
        try:
            if isinstance(run.spec, kind):
                return run
        except KitError:
            continue
    return None
