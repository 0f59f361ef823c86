"""The reader of a data panel without a process of its own: it answers here, at the next look."""

from __future__ import annotations

import json

from kit.gate.clerk import Clerk
from kit.widgets.gating import asking


class ClerkHere(asking.Clerk):
    """Asks in this process."""

    def __init__(self) -> None:
        super().__init__()
        self._reader = Clerk()

    def _send(self, key: str) -> None:
        self._asked = key

    def _hear(self) -> None:
        assert self._asked is not None
        do, values = json.loads(self._asked)
        self._take(json.loads(json.dumps(self._reader.answer({"do": do, "values": values}))))
