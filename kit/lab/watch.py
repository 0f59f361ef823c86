"""Say when a run ends, over the events that Jupyter sends to every page anyway: so a hidden panel need not ask."""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.ioloop import PeriodicCallback

from kit.jobs import Summary
from kit.lab.handler import QUICK
from kit.lab.row import figure_of
from kit.lab.runs import RunBook

SCHEMA = "urn:tunebook:run-ended:v1"
_EVERY_MS = 1000.0

_TEXT = {"type": "string"}
_DESCRIPTION = {
    "$id": SCHEMA,
    "version": "1",
    "title": "A run has ended",
    "description": "Sent once for each run of Tunebook that ends while the server is up.",
    "type": "object",
    "required": ["id", "kind", "state"],
    "properties": {
        **dict.fromkeys(("id", "kind", "model", "data", "state", "cause", "fix"), _TEXT),
        "figure": {"type": ["object", "null"]},
    },
}


class EndWatch:
    """Looks at the list of runs once a second and emits an event for each that has ended.

    Parameters
    ----------
    book : RunBook
        The runs.
    events : jupyter_events.EventLogger
        Where they are told.
    log : logging.Logger
        Hears of what goes wrong.
    """

    def __init__(self, book: RunBook, events: Any, log: Any) -> None:
        self._book, self._events, self._log = book, events, log
        events.register_event_schema(_DESCRIPTION)
        self._clock = PeriodicCallback(self._look, _EVERY_MS)

    def start(self) -> None:
        """Begin to look; called on the loop of the server."""
        self._clock.start()

    async def _look(self) -> None:
        try:
            ended = await asyncio.get_running_loop().run_in_executor(QUICK, self._book.ended)
        except OSError as exc:  # a disk that does not answer just now
            self._log.debug("runs cannot be looked at: %s", exc)
            return
        for each in ended:
            self._events.emit(schema_id=SCHEMA, data=_told(each))


def _told(each: Summary) -> dict[str, Any]:
    names = ("id", "kind", "model", "data", "state", "cause", "fix")
    return {**{name: getattr(each, name) for name in names}, "figure": figure_of(each)}
