"""Wait for a run and show how far it is: one line that moves, in a notebook as on a terminal; interrupting stops it."""

from __future__ import annotations

import sys
import time
from typing import Any, Protocol

from kit.i18n import _
from kit.jobs import Run, Status
from kit.jobs.bar import count_words, left_words
from kit.jobs.terminal import ProgressLine
from kit.words import duration

_LOOKS_S = 0.25
_SHOWN_FROM_S = 1.0  # what is done by then needs no line


class _Line(Protocol):
    def show(self, status: Status) -> None: ...

    def clear(self) -> None: ...


def watch(run: Run, name: str) -> None:
    """Return when `run` is over; whoever interrupts stops it, and it keeps what it has done.

    Parameters
    ----------
    name : str
        What a person calls the work.

    Raises
    ------
    KeyboardInterrupt
        Somebody interrupted; the run is asked to stop first.
    """
    line, began = _line(name), time.monotonic()
    try:
        while not (status := run.status).over:
            if time.monotonic() - began > _SHOWN_FROM_S:
                line.show(status)
            time.sleep(_LOOKS_S)
    except KeyboardInterrupt:
        run.stop()
        line.clear()
        print(_("Stopped: {name} keeps what it has done. Run this cell again to go on from there.").format(name=name))
        raise
    line.clear()


def _line(name: str) -> _Line:
    return _NotebookLine(name) if _in_notebook() else ProgressLine()


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    found = None if shell is None else shell.get_ipython()
    return found is not None and getattr(found, "kernel", None) is not None


class _NotebookLine:
    """Draws a bar in the output of a cell, and takes it away."""

    def __init__(self, name: str) -> None:
        self._name, self._drawn = name, ""
        self._handle: Any = None

    def show(self, status: Status) -> None:
        drawn = bar(self._name, status)
        if drawn != self._drawn:
            self._drawn = drawn
            self._put(drawn)

    def clear(self) -> None:
        if self._handle is not None:
            self._put("")

    def _put(self, text: str) -> None:
        from IPython.display import display

        shown = _Drawn(text)
        if self._handle is None:
            self._handle = display(shown, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(shown)


class _Drawn:
    """A bar as HTML, and nothing where only text is shown."""

    def __init__(self, text: str) -> None:
        self._text = text

    def _repr_html_(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return ""


def bar(name: str, status: Status) -> str:
    """Return how far a run is, as HTML: its name, what it does, a bar, how much is done and how long it still takes."""
    import htpy as h

    spent = "" if status.elapsed_s is None or left_words(status) else duration(status.elapsed_s)
    notes = [
        note for note in (status.phase or str(status.state), count_words(status), left_words(status), spent) if note
    ]
    share = status.share
    element = h.div(style="margin: 2px 0; font-variant-numeric: tabular-nums")[
        h.strong[name],
        " ",
        h.progress(
            max="1",
            style="width: 160px; vertical-align: middle",
            **({} if share is None else {"value": f"{share:.3f}"}),
        ),
        " ",
        " · ".join(notes),
    ]
    return "".join(element.iter_chunks())
