"""What a technician sees and does: machines as of an hour, the one that is looked at, decisions on its alarm."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from kit.errors import KitError, ParameterError, UnknownNameError
from kit.i18n import _
from kit.verticals.manufacturing.planned import Decision, Decisions
from kit.verticals.manufacturing.watch import FILE, Machine, Watch, read_watch
from kit.widgets.desk import Desk
from kit.widgets.origin import panel_name
from kit.widgets.watching.order import Row, rows_at

FEW = 8  # machines that the list shows at first


class MachineDesk(Desk):
    """Machines that a model watched.

    Parameters
    ----------
    folder : Path or None
        Of the outcome where the watch is kept; None where the data has no machines over time.
    name : str, optional
        The panel's name.
    """

    def __init__(self, folder: Path | None, name: str | None = None) -> None:
        super().__init__(panel_name("MachinePanel", name, {"folder": str(folder)}))
        self.title = _("Machines")
        self.folder = folder
        self.watch: Watch | None = None
        self.asked_hour: int | None = None  # None: the newest
        self.picked = ""
        self.hindsight = False
        self.every = False
        self.note = ""
        self.decided: Decision | None = None  # the one that can be taken back at once
        self.decisions = Decisions(folder or Path(os.devnull))
        self._standing: list[Decision] = []
        self._mark: object = None
        self.look()

    def look(self) -> None:
        """Read the watch and the decisions anew where somebody has written them."""
        mark = (_changed(self.folder), self.decisions.changed) if self.folder else None
        if mark == self._mark:
            return
        self._mark = mark
        self.watch = None if self.folder is None else _read(str(self.folder / FILE), _changed(self.folder))
        self._standing = self.decisions.all() if self.folder else []

    def seen(self) -> object:
        return self.acts, self.width, self.problem, self._mark

    @property
    def hour(self) -> int:
        """As of when the page is drawn."""
        hours = self.hours
        if self.asked_hour is None:
            return hours[-1]
        return min(hours, key=lambda each: abs(each - (self.asked_hour or 0)))

    @property
    def hours(self) -> tuple[int, ...]:
        """Every hour that can be looked at, ascending."""
        return self._there().hours

    @property
    def known(self) -> Watch:
        """What was known at the hour that is looked at."""
        return self._there().known_by(self.hour)

    def rows(self) -> list[Row]:
        """Return the machines as of the hour, the most urgent first."""
        return rows_at(self.known, self.hour, self._standing)

    def row(self, rows: list[Row]) -> Row:
        """Return the machine that is looked at: the picked one, else the most urgent."""
        return next((row for row in rows if row.machine.name == self.picked), rows[0])

    def standing(self) -> list[Decision]:
        """Return the decisions that stand and were taken by the hour that is looked at, newest first."""
        return [each for each in reversed(self._standing) if each.hour <= self.hour]

    def later(self, machine: Machine) -> Machine | None:
        """Return the whole record of a machine where hindsight is asked for."""
        whole = {each.name: each for each in self._there().machines}
        return whole.get(machine.name) if self.hindsight else None

    def do_hour(self, value: Any, values: dict[str, Any]) -> None:
        """Look at another hour: the place of the slider among all hours."""
        told = value.get("value") if isinstance(value, dict) else value
        try:
            place = int(str(told))
        except ValueError:
            raise ParameterError("hour", told, allowed=_("the place of an hour, a whole number")) from None
        self.asked_hour = self.hours[min(max(place, 0), len(self.hours) - 1)]
        self._take(values)

    def do_step(self, value: Any, values: dict[str, Any]) -> None:
        """Look so many windows earlier or later."""
        self.do_hour(str(self.hours.index(self.hour) + int(str(value))), values)

    def do_newest(self, value: Any, values: dict[str, Any]) -> None:
        """Look at the newest hour."""
        self.asked_hour = None
        self._take(values)

    def do_pick(self, value: Any, values: dict[str, Any]) -> None:
        """Look at another machine."""
        names = [machine.name for machine in self.known.machines]
        if value not in names:
            raise UnknownNameError("machine", value, names)
        self._take(values)
        if value != self.picked:
            self.note = ""
        self.picked = str(value)

    def do_later(self, value: Any, values: dict[str, Any]) -> None:
        """Show what came later, or hide it again."""
        self.hindsight = not self.hindsight
        self._take(values)

    def do_all(self, value: Any, values: dict[str, Any]) -> None:
        """List all machines, or the most urgent only."""
        self.every = not self.every
        self._take(values)

    def do_note(self, value: Any, values: dict[str, Any]) -> None:
        """Keep what is being written."""
        self._take(values)

    def do_plan(self, value: Any, values: dict[str, Any]) -> None:
        """Plan a check of the machine that is looked at."""
        self._decide("planned", values)

    def do_acknowledge(self, value: Any, values: dict[str, Any]) -> None:
        """Say that the alarm was seen."""
        self._decide("acknowledged", values)

    def do_takeback(self, value: Any, values: dict[str, Any]) -> None:
        """Take a decision back."""
        self._take(values)
        self.decisions.take_back(str(value))
        self.decided = None
        self.look()

    def _decide(self, kind: str, values: dict[str, Any]) -> None:
        self._take(values)
        machine = self.row(self.rows()).machine.name
        self.decided = self.decisions.add(machine, self.hour, kind, self.note)
        self.picked, self.note = machine, ""
        self.look()

    def _take(self, values: dict[str, Any]) -> None:
        self.note = str(values.get("note", self.note))

    def _there(self) -> Watch:
        if self.watch is None or not self.watch.machines:
            raise KitError(_("No machine is watched yet."), fix=_("Run the notebook first."))
        return self.watch

    def code(self) -> str:
        if self.watch is None or self.folder is None:
            return ""
        picked = self.row(self.rows()).machine.name
        return (
            "from kit.verticals import manufacturing\n\n"
            f"watch = manufacturing.watched({str(self.folder)!r}).known_by({self.hour})\n"
            f"machine = next(each for each in watch.machines if each.name == {picked!r})\n"
            "print(machine.risk[-1], watch.mode(machine), machine.alarms())\n\n"
            f"decisions = manufacturing.decisions({str(self.folder)!r})\n"
            f"decisions.add({picked!r}, {self.hour}, 'planned', note={self.note!r})"
        )


def _changed(folder: Path | None) -> int:
    try:
        return 0 if folder is None else os.stat(folder / FILE).st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=2)
def _read(path: str, _changed: int) -> Watch | None:
    return read_watch(Path(path))
