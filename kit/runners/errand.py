"""What comes back of a piece that is carried out elsewhere: its words while it is at work, its files at the end."""

from __future__ import annotations

import time
from typing import Any

from kit.errors import Stopped
from kit.i18n import _
from kit.report import Event, Report
from kit.result import Result
from kit.runners.parcel import unpack

_HELD_NOW = ("now_mib", "gpu_now_mib")


class Errand:
    """One piece as its run sees it.

    Parameters
    ----------
    report : Report
        Gets what the piece says, by the clock of this machine; artifacts when they have arrived.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._artifacts: list[Event] = []
        self._memory: dict[int, Event] = {}  # the last word of each process there
        self.heard = 0

    def hear(self, said: dict[str, Any]) -> None:
        """Pass on what a worker answered to `said_after`."""
        ahead = time.time() - said["now"]
        for event in said["events"]:
            self.heard += 1
            event = {**event, "t": round(event["t"] + ahead, 3)}
            if event["kind"] == "artifact":
                self._artifacts.append(event)
                continue
            if event["kind"] == "memory":
                self._memory[event["pid"]] = event
            self._report.emit(event)

    def end(self, found: dict[str, Any]) -> Result:
        """Take in what `kit.runners.worker.carry_out` returned: lay its files down and return its result.

        Raises
        ------
        Stopped
            It was asked to stop; carries the result.
        """
        self.hear({**found, "events": found["events"][max(self.heard - found["fetched"], 0) :]})
        result = Result.from_dict(found["result"])
        if found["files"] is not None:
            unpack(found["files"], self._report.folder)
            for event in self._artifacts:
                self._report.emit(event)
        else:
            words = _("Its files are too large to travel and stay on {host}, in {folder}.")
            self._report.message(words.format(host=result.facts["worker"], folder=result.facts["left_in"]))
        if found["stopped"]:
            raise Stopped(result)
        return result

    def forget_memory(self) -> None:
        """Say that the processes there hold nothing any more, where they could not say it themselves."""
        for event in self._memory.values():
            if event["now_mib"]:
                nothing = dict.fromkeys(event.keys() & set(_HELD_NOW), 0.0)
                self._report.emit({**event, "t": round(time.time(), 3), **nothing})
        self._memory.clear()
