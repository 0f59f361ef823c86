"""What technicians decided on alarms: acknowledged, or a check planned. Kept line by line, nothing is ever overwritten.

Taking a decision back adds a line, too. Several people may write at once: each line is one `write` to a file that is
only appended to, under a lock.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from kit.errors import KitError, ParameterError
from kit.i18n import N_, _
from kit.verticals.lines import Lines

FILE = "decisions.jsonl"
KINDS = {"acknowledged": N_("acknowledged"), "planned": N_("check planned")}
MOST_CHARACTERS = 500


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided on one machine.

    Parameters
    ----------
    id : str
        Its own name.
    at : float, Unix seconds
        When it was decided.
    machine : str
        Which.
    hour : int
        Of the record: what was known when it was decided.
    kind : {"acknowledged", "planned"}
        Seen, or a check is planned.
    note : str
        In the technician's words.
    """

    id: str
    at: float
    machine: str
    hour: int
    kind: str
    note: str = ""


class Decisions:
    """The decisions kept in a folder.

    Parameters
    ----------
    folder : Path
        Of an outcome.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._lines = Lines(self.path)

    @property
    def changed(self) -> tuple[int, int]:
        """What changes when a decision was added, by anybody."""
        return self._lines.changed

    def add(self, machine: str, hour: int, kind: str, note: str = "") -> Decision:
        """Keep a decision and return it.

        Raises
        ------
        ParameterError
            There is no such kind, or the note is too long.
        """
        if kind not in KINDS:
            raise ParameterError("kind", kind, allowed=", ".join(KINDS))
        note = " ".join(note.split())
        if len(note) > MOST_CHARACTERS:
            allowed = _("at most {n} characters").format(n=MOST_CHARACTERS)
            raise ParameterError("note", note, allowed=allowed, fix=_("Write the rest into the work order."))
        made = Decision(id=uuid.uuid4().hex[:12], at=time.time(), machine=machine, hour=hour, kind=kind, note=note)
        self._lines.append(asdict(made))
        return made

    def take_back(self, id: str) -> None:
        """Take a decision back; it stays in the file, and so does this.

        Raises
        ------
        KitError
            It is not there, or was taken back before.
        """
        if id not in {each.id for each in self.all()}:
            raise KitError(_("This decision is not there any more."), fix=_("Look at the list again."))
        self._lines.append({"taken_back": id, "at": time.time()})

    def all(self) -> list[Decision]:
        """Return the decisions that stand, oldest first."""
        found: dict[str, Decision] = {}
        for line in self._lines.read():
            if "taken_back" in line:
                found.pop(str(line["taken_back"]), None)
                continue
            try:
                made = Decision(**line)  # type: ignore[arg-type]
            except TypeError:  # of another version
                continue
            found[made.id] = made
        return list(found.values())

    def of(self, machine: str, since: int, until: int) -> list[Decision]:
        """Return what was decided on a machine as of hours from `since` to `until`."""
        return [each for each in self.all() if each.machine == machine and since <= each.hour <= until]
