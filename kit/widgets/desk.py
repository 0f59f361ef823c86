"""What a person sees and can do in a panel, without any widget: state, actions, what went wrong.

A desk works in a script as it does behind a page. `Desk.act` is the only way in; it never raises, since an error in a
callback is lost in a notebook: what went wrong stands in `problem` until the next action.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kit.errors import KitError, UnknownNameError
from kit.i18n import _
from kit.jobs import RESUMABLE, Run, Status, begin_now, queue, read_only, start
from kit.jobs.allowed import refusal
from kit.spec import Spec
from kit.widgets.coding import resume_code, start_code
from kit.widgets.newest import Bell, newest_run

_OWNERS = ("source", "test", "measure")  # reads any file of this machine, or keeps it busy: not for visitors of an app
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


@dataclass(frozen=True)
class File:
    """A file that was asked for, to be handed over to the browser: its name, its content, its media type."""

    name: str
    content: bytes
    type: str


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
        self.place: int | None = None
        self.editing = True  # do settings and a button that starts stand on the page?
        self.touched = False
        self.files: list[File] = []
        self.acts = 0
        self._bell = Bell()
        self._shown_at = 0.0  # when the newest run that was shown was made
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
            if action in _OWNERS and read_only():
                raise refusal()
            self._method(action)(value, dict(values or {}))
        except Exception as exc:
            self.problem = Problem.of(exc)
        self.acts += 1
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

    def do_resume(self, value: Any, values: dict[str, Any]) -> None:
        """Go on with the run, from what it has saved."""
        if self.run is not None:
            self.run.resume()
            self.editing = self.touched = False
        self.look()

    def do_now(self, value: Any, values: dict[str, Any]) -> None:
        """Let the run begin without waiting for its turn; one that has begun meanwhile is left alone."""
        if self.run is not None and self.run.status.state == "queued":
            begin_now(self.run)
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
        """Is something going on that changes what the page shows?"""
        return self.status is not None and not self.status.over

    @property
    def resumable(self) -> bool:
        """Is there a run that can be gone on with?"""
        return self.status is not None and self.status.state in RESUMABLE

    def seen(self) -> object:
        """Return all that the page is drawn from while nothing goes on; None while something does."""
        if self.busy:
            return None
        status = self.status
        told = None if status is None else (status.state, status.attempt, status.ended)
        return self.acts, self.width, self.problem, self.run, told

    def look(self) -> None:
        """Bring what is known of the run up to date; another kernel may have resumed it, or started a newer one."""
        if not self.busy and not self.touched and self._bell.rung():
            self.follow()
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
        self.place = place_of(self.run) if self.run and self.status and self.status.state == "queued" else None

    def follow(self) -> bool:
        """Take up a newer run that was started in this panel's name, while nobody works here; say whether there is."""
        return self.renew()

    def adopt(self, kind: type[Spec]) -> bool:
        """Take up the newest run of `kind` that this panel started, in whatever kernel; say whether there is one."""
        found = newest_run(self.name, kind)
        if found is None or found[0] == self.run or found[1] < self._shown_at:
            return False
        self.run, self._shown_at = found
        self.touched = False
        self.look()
        return self.run is not None

    def begin(self, spec: Spec, *, now: bool = False) -> None:
        """Start a run of `spec` in this panel's name; `now`: even where it needs more memory than this machine has."""
        self.run = start(spec, origin=self.name, now=True) if now else start(spec, origin=self.name)
        self._shown_at = self.run.about["created"]
        self.touched = False
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
        """Return Python that does what the panel's main button does, or why there is none."""
        try:
            if self.run is not None and self.resumable and not self.editing:
                return resume_code(self.run)
            return start_code(self.spec())
        except KitError as exc:
            return "".join(f"# {line}\n" for line in str(exc).splitlines())

    def hint(self) -> str:
        """Return why the value that this panel stands for may still change, or ""."""
        return ""


def place_of(run: Run) -> int | None:
    """Return the place of a run in the queue, 0 the next one, or None where it has none (any more)."""
    with contextlib.suppress(OSError, ValueError):
        return queue().index(run)
    return None
