"""The queue and the decisions of one case as they lie on the disk: read again when they change, never computed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from kit.verticals.finance.decision import Decision, Decisions
from kit.verticals.finance.queue import DECIDED, queue_path, read_queue
from kit.verticals.outcome import newest_outcome

Alert = dict[str, Any]


class Shelf:
    """What there is to work on.

    Parameters
    ----------
    folder : Path, optional
        Of the outcome; left out, that of the newest one, looked for again until there is one.
    """

    def __init__(self, folder: Path | None) -> None:
        self._given = folder
        self._changed = (-1, -1)
        self.folder: Path | None = None
        self.about: dict[str, Any] = {}
        self.alerts: dict[str, Alert] = {}
        self.decisions: Decisions | None = None
        self.look()

    @property
    def changes(self) -> object:
        """What is another whenever the queue or a decision has changed."""
        return self._changed, None if self.decisions is None else self.decisions.changed

    def look(self) -> None:
        """Read the queue again where it has changed."""
        self._settle()
        if self.folder is None:
            return
        try:
            about = os.stat(queue_path(self.folder))
            changed = (about.st_mtime_ns, about.st_size)
        except OSError:
            changed = (0, 0)
        if changed != self._changed:
            self.about = read_queue(self.folder)
            self.alerts = {alert["key"]: alert for alert in self.about.get("alerts") or []}
            self._changed = changed

    def _settle(self) -> None:
        """Find the folder, where none was given."""
        if self.folder is None or self._given is None:
            found = self._given
            if found is None:
                newest = newest_outcome("finance")
                found = None if newest is None else newest.path.parent
            if found is not None and found != self.folder:
                self.folder, self.decisions, self._changed = found, Decisions(found / DECIDED), (-1, -1)

    def standing(self) -> dict[str, Decision]:
        """Return the decisions that stand on alerts of this queue, by alert."""
        kept = {} if self.decisions is None else self.decisions.standing()
        return {key: decision for key, decision in kept.items() if key in self.alerts}

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        """The rules by name."""
        return {rule["name"]: rule for rule in self.about.get("rules") or []}

    @property
    def labels(self) -> list[str]:
        """What may be decided."""
        return [str(label) for label in self.about.get("labels") or []]
